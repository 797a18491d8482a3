package io.weft.core.instrument;

import io.weft.core.log.Log;
import io.weft.core.registry.HookReport;
import io.weft.core.registry.HookReports;
import io.weft.core.thread.AgentThread;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Hooks classes by their exact names as the JVM loads them, and those it has loaded already. Byte
 * Buddy is brought up by the first class that is hooked, as its own loading costs more than all the
 * rest of the agent's start.
 */
public final class Hooks implements ClassFileTransformer {
  // With those that it inherits from.
  private static final String EXECUTOR = "java.util.concurrent.ScheduledThreadPoolExecutor";

  private static final long MOST_WAIT_SECONDS = 10;

  private final Map<String, List<Planned>> byType = new HashMap<>();
  private final ClassLoader agent = Hooks.class.getClassLoader();
  private final Instrumentation instrumentation;
  private final List<Class<?>> late = new ArrayList<>();
  private volatile @Nullable CountDownLatch comingUp;
  private volatile @Nullable Weaver weaver;

  private Hooks(Instrumentation instrumentation, Iterable<LibraryInstrumentation> libraries) {
    this.instrumentation = instrumentation;
    for (LibraryInstrumentation library : libraries) {
      for (Hook hook : library.hooks()) {
        byType
            .computeIfAbsent(hook.type().replace('.', '/'), type -> new ArrayList<>(1))
            .add(new Planned(library, hook));
      }
    }
  }

  /**
   * Installs the hooks of every library the agent knows; {@link #comeUp} is to follow.
   *
   * @throws ReflectiveOperationException if the dispatcher in java.lang is not the one this agent
   *     brought
   */
  public static Hooks install(Instrumentation instrumentation) throws ReflectiveOperationException {
    AdviceLinker.install();
    Hooks hooks =
        new Hooks(
            instrumentation,
            ServiceLoader.load(LibraryInstrumentation.class, Hooks.class.getClassLoader()));
    instrumentation.addTransformer(hooks, true);
    hooks.retransformLoaded();
    return hooks;
  }

  /**
   * Hooks what may come late, and has the executors loaded, which all applications use and which
   * are hooked: on a thread of the agent's, so that Byte Buddy comes up beside main. Until that is
   * done, whoever loads another class that is hooked waits.
   */
  public void comeUp() {
    CountDownLatch done = new CountDownLatch(1);
    comingUp = done;
    AgentThread.of(
            "hooks",
            () -> {
              try {
                retransform(late);
                Class.forName(EXECUTOR, false, null);
              } catch (ClassNotFoundException | LinkageError | RuntimeException e) {
                Log.debug("not hooked ahead: " + e);
              } finally {
                comingUp = null;
                done.countDown();
              }
            })
        .start();
  }

  private static boolean mayComeLate(List<Planned> planned) {
    return planned.stream().allMatch(each -> each.library().mayComeLate());
  }

  // Bounded: a class loader of the application's may hold a lock here that the other thread needs.
  private void awaitComingUp() {
    CountDownLatch done = comingUp;
    if (done != null && !AgentThread.isCurrent()) {
      try {
        var unused = done.await(MOST_WAIT_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
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
    if (!mayComeLate(planned)) {
      awaitComingUp();
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

  private void retransformLoaded() {
    List<Class<?>> atOnce = new ArrayList<>();
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      List<Planned> planned = byType.get(type.getName().replace('.', '/'));
      if (planned != null
          && !isOurs(type.getClassLoader())
          && instrumentation.isModifiableClass(type)) {
        (mayComeLate(planned) ? late : atOnce).add(type);
      }
    }
    retransform(atOnce);
  }

  private void retransform(List<Class<?>> types) {
    for (Class<?> type : types) {
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
