package io.weft.core.instrument;

import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.isNative;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static net.bytebuddy.matcher.ElementMatchers.returns;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.weft.core.instrument.Hooks.Planned;
import io.weft.core.log.Log;
import io.weft.core.registry.HookReport;
import io.weft.core.registry.HookReports;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.scaffold.MethodGraph;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.pool.TypePool;
import net.bytebuddy.utility.JavaConstant;
import org.jspecify.annotations.Nullable;

/**
 * Puts the call of an advice into a method's bytecode, if the library has all that the adapter
 * needs.
 */
final class Weaver {
  // Stands for the boot loader, which is null.
  private static final ClassLoader BOOT = new ClassLoader(null) {};

  private final Map<ClassLoader, Map<String, Optional<String>>> missingByLoader =
      new WeakHashMap<>();
  private final ByteBuddy byteBuddy;
  private final Method bootstrap;

  Weaver() {
    byteBuddy = new ByteBuddy().with(MethodGraph.Compiler.ForDeclaredMethods.INSTANCE);
    try {
      bootstrap =
          AdviceLinker.dispatcher()
              .getMethod(
                  "bootstrap",
                  MethodHandles.Lookup.class,
                  String.class,
                  MethodType.class,
                  Object[].class);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no dispatcher in java.lang", e);
    }
  }

  /** The hooked class; null if it is left alone. */
  byte @Nullable [] weave(
      String name,
      @Nullable ClassLoader loader,
      @Nullable ProtectionDomain domain,
      byte[] bytes,
      List<Planned> planned) {
    String typeName = name.replace('/', '.');
    ClassFileLocator library =
        new ClassFileLocator.Compound(
            ClassFileLocator.Simple.of(typeName, bytes),
            ClassFileLocator.ForClassLoader.of(loader),
            ClassFileLocator.ForClassLoader.ofPlatformLoader());
    List<Planned> fitting = new ArrayList<>(planned.size());
    for (Planned each : planned) {
      if (fits(each.library(), loader, library, LibraryVersion.of(loader, domain))) {
        fitting.add(each);
      }
    }
    if (fitting.isEmpty()) {
      return null;
    }
    TypeDescription type = lazily(library).describe(typeName).resolve();
    DynamicType.Builder<?> builder =
        byteBuddy.decorate(type, library).visit(new OldestVersionWithDynamicCalls());
    for (Planned each : fitting) {
      builder = builder.visit(advice(each, library));
    }
    try (DynamicType.Unloaded<?> woven = builder.make()) {
      return woven.getBytes();
    }
  }

  // A library is hooked as a whole or not at all: a server that is registered, but not guarded,
  // would be worse than one that is left alone.
  private boolean fits(
      LibraryInstrumentation library,
      @Nullable ClassLoader loader,
      ClassFileLocator classes,
      String version) {
    String name = library.library();
    Map<String, Optional<String>> looked = looked(loader == null ? BOOT : loader);
    Optional<String> missing = looked.get(name);
    if (missing == null) {
      // Twice at worst: a loader's own locks may be held here, so none of ours is.
      missing = missing(library, classes);
      looked.put(name, missing);
    }
    if (missing.isEmpty()) {
      HookReports.ofThisProcess().add(HookReport.hooked(name, version));
      return true;
    }
    leftAlone(name, version, missing.get());
    return false;
  }

  private Map<String, Optional<String>> looked(ClassLoader loader) {
    synchronized (missingByLoader) {
      return missingByLoader.computeIfAbsent(loader, l -> new ConcurrentHashMap<>());
    }
  }

  private static Optional<String> missing(
      LibraryInstrumentation library, ClassFileLocator classes) {
    try {
      return References.of(library).missingFrom(classes);
    } catch (ClassNotFoundException e) {
      return Optional.of("the agent lacks " + e.getMessage());
    }
  }

  private static void leftAlone(String library, String version, String missing) {
    HookReport report = HookReport.leftAlone(library, version, missing);
    if (!HookReports.ofThisProcess().all().contains(report)) {
      Log.warn(
          library
              + (version.isEmpty() ? "" : " " + version)
              + " is left alone, as this version is not supported: "
              + missing);
    }
    HookReports.ofThisProcess().add(report);
  }

  // Of most types that methods take and return only the name is asked for. Read at once, those of
  // the classes that a start hooks were 160 class files, String's and Thread's again and again.
  private static TypePool lazily(ClassFileLocator classes) {
    return TypePool.Default.WithLazyResolution.of(classes);
  }

  private AsmVisitorWrapper advice(Planned planned, ClassFileLocator library) {
    Relocation relocation = planned.library().relocation();
    String advice = planned.hook().advice();
    ClassFileLocator all = new ClassFileLocator.Compound(new Adapters(relocation), library);
    TypeDescription adviceType = lazily(all).describe(advice).resolve();
    return Advice.withCustomMapping()
        .with(new Advice.AssignReturned.Factory())
        .bootstrap(
            bootstrap,
            (adviceMethod, exit) ->
                (instrumentedType, instrumentedMethod) ->
                    List.of(
                        JavaConstant.Simple.ofLoaded(adviceMethod.getDescriptor()),
                        JavaConstant.Simple.ofLoaded(advice),
                        JavaConstant.Simple.ofLoaded(relocation.encode()),
                        JavaConstant.Simple.ofLoaded(planned.library().library())))
        .to(adviceType, all)
        .on(matcher(planned.hook()));
  }

  private static ElementMatcher<? super MethodDescription> matcher(Hook hook) {
    ElementMatcher.Junction<MethodDescription> matcher =
        hook.method().equals("<init>") ? isConstructor() : named(hook.method());
    matcher = matcher.and(not(isAbstract())).and(not(isNative()));
    List<String> parameters = hook.parameters();
    if (parameters != null) {
      matcher = matcher.and(takesArguments(parameters.size()));
      for (int i = 0; i < parameters.size(); i++) {
        matcher = matcher.and(takesArgument(i, named(parameters.get(i))));
      }
    }
    String returned = hook.returned();
    return returned == null ? matcher : matcher.and(returns(named(returned)));
  }

  /**
   * The adapters' own bytes, fitted to a relocated library, and what their annotations and types
   * come from.
   */
  private record Adapters(Relocation relocation) implements ClassFileLocator {
    @Override
    public Resolution locate(String name) {
      try {
        if (name.startsWith(InstrumentationLoader.ADAPTERS)) {
          return new Resolution.Explicit(InstrumentationLoader.adapter(name, relocation));
        }
        if (name.startsWith("io.weft.") || name.startsWith("net.bytebuddy.")) {
          return new Resolution.Explicit(InstrumentationLoader.adapter(name, Relocation.NONE));
        }
        return new Resolution.Illegal(name);
      } catch (ClassNotFoundException e) {
        return new Resolution.Illegal(name);
      }
    }

    @Override
    public void close() {}
  }
}
