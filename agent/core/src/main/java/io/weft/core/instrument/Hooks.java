package io.weft.core.instrument;

import io.weft.core.log.Log;
import io.weft.core.registry.HookReport;
import io.weft.core.registry.HookReports;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Hooks classes by their exact names as the JVM loads them, and those it has loaded already. Byte
 * Buddy is brought up by the first class that is hooked, as its own loading costs more than all the
 * rest of the agent's start.
 */
public final class Hooks implements ClassFileTransformer {
  private final Map<String, List<Planned>> byType = new HashMap<>();
  private final ClassLoader agent = Hooks.class.getClassLoader();
  private volatile @Nullable Weaver weaver;

  private Hooks(Iterable<LibraryInstrumentation> libraries) {
    for (LibraryInstrumentation library : libraries) {
      for (Hook hook : library.hooks()) {
        byType
            .computeIfAbsent(hook.type().replace('.', '/'), type -> new ArrayList<>(1))
            .add(new Planned(library, hook));
      }
    }
  }

  /**
   * Installs the hooks of every library the agent knows.
   *
   * @throws ReflectiveOperationException if the dispatcher in java.lang is not the one this agent
   *     brought
   */
  public static void install(Instrumentation instrumentation) throws ReflectiveOperationException {
    AdviceLinker.install();
    Hooks hooks =
        new Hooks(ServiceLoader.load(LibraryInstrumentation.class, Hooks.class.getClassLoader()));
    instrumentation.addTransformer(hooks, true);
    hooks.retransformLoaded(instrumentation);
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable Module module,
      @Nullable ClassLoader loader,
      @Nullable String name,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] bytes) {
    if (name == null) {
      return null;
    }
    List<Planned> planned = byType.get(name);
    if (planned == null || isOurs(loader)) {
      return null;
    }
    try {
      return weaver().weave(name, loader, domain, bytes, planned);
    } catch (RuntimeException | LinkageError e) {
      String type = name.replace('/', '.');
      Log.warn(type + " stays without the mesh: it cannot be hooked: " + e);
      planned.forEach(
          each ->
              HookReports.ofThisProcess()
                  .add(
                      HookReport.leftAlone(
                          each.library().library(), "", type + " cannot be hooked")));
      return null;
    }
  }

  // The agent's own gRPC is a gRPC too.
  private boolean isOurs(@Nullable ClassLoader loader) {
    return loader == agent || loader instanceof InstrumentationLoader;
  }

  private Weaver weaver() {
    Weaver present = weaver;
    if (present == null) {
      present = new Weaver();
      weaver = present;
    }
    return present;
  }

  private void retransformLoaded(Instrumentation instrumentation) {
    List<Class<?>> loaded = new ArrayList<>();
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      if (byType.containsKey(type.getName().replace('.', '/'))
          && !isOurs(type.getClassLoader())
          && instrumentation.isModifiableClass(type)) {
        loaded.add(type);
      }
    }
    for (Class<?> type : loaded) {
      try {
        instrumentation.retransformClasses(type);
      } catch (UnmodifiableClassException | LinkageError | RuntimeException e) {
        Log.warn(type.getName() + " stays without the mesh: it cannot be hooked: " + e);
      }
    }
  }

  /** A hook and the library it belongs to. */
  record Planned(LibraryInstrumentation library, Hook hook) {}
}
