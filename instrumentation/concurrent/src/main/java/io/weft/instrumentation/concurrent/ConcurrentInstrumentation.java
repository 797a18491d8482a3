package io.weft.instrumentation.concurrent;

import io.weft.core.instrument.Hook;
import io.weft.core.instrument.LibraryInstrumentation;
import java.util.List;

/**
 * Where tasks are handed to other threads: each is wrapped with the scope of the thread that hands
 * it over.
 *
 * <p>A task is wrapped where the JDK makes a future of it rather than the future itself, so that
 * what an application finds in a queue, cancels or removes is the very object it knows. Wrapping
 * and not a table beside the tasks, because one task object (a lambda that captures nothing) may be
 * handed over for many requests at once. Periodic tasks belong to no request and are left alone.
 *
 * <p>Where OpenTelemetry's agent is present it carries its own context the same ways, so that this
 * stands back.
 */
public final class ConcurrentInstrumentation implements LibraryInstrumentation {
  private static final String RUNNABLE = "java.lang.Runnable";
  private static final String CALLABLE = "java.util.concurrent.Callable";
  private static final String POOL = "java.util.concurrent.ThreadPoolExecutor";
  private static final String SCHEDULED = "java.util.concurrent.ScheduledThreadPoolExecutor";
  private static final String SERVICE = "java.util.concurrent.AbstractExecutorService";
  private static final String FORK_JOIN = "java.util.concurrent.ForkJoinPool";
  private static final String UNIT = "java.util.concurrent.TimeUnit";
  private static final String TASK = "io.weft.instrumentation.concurrent.RunnableAdvice";
  private static final String CALL = "io.weft.instrumentation.concurrent.CallableAdvice";
  private static final String START = "io.weft.instrumentation.concurrent.VirtualThreadAdvice";

  @Override
  public String library() {
    return "java.util.concurrent";
  }

  @Override
  public List<Hook> hooks() {
    if (isOpenTelemetryAgentPresent()) {
      return List.of();
    }
    return List.of(
        Hook.method(POOL, "execute", List.of(RUNNABLE), TASK),
        Hook.method(SERVICE, "newTaskFor", List.of(RUNNABLE, "java.lang.Object"), TASK),
        Hook.method(SERVICE, "newTaskFor", List.of(CALLABLE), CALL),
        Hook.method(SCHEDULED, "schedule", List.of(RUNNABLE, "long", UNIT), TASK),
        Hook.method(SCHEDULED, "schedule", List.of(CALLABLE, "long", UNIT), CALL),
        Hook.method(FORK_JOIN, "execute", List.of(RUNNABLE), TASK),
        Hook.method(FORK_JOIN, "submit", List.of(RUNNABLE), TASK),
        Hook.method(FORK_JOIN, "submit", List.of(RUNNABLE, "java.lang.Object"), TASK),
        Hook.method(FORK_JOIN, "submit", List.of(CALLABLE), CALL),
        // What CompletableFuture falls back to on a machine with few cores.
        Hook.method(
            "java.util.concurrent.CompletableFuture$ThreadPerTaskExecutor",
            "execute",
            List.of(RUNNABLE),
            TASK),
        Hook.constructor(
            "java.lang.VirtualThread",
            List.of("java.util.concurrent.Executor", "java.lang.String", "int", RUNNABLE),
            START));
  }

  // There is no request before there is a server, and who hooks that waits for these.
  @Override
  public boolean mayComeLate() {
    return true;
  }

  private static boolean isOpenTelemetryAgentPresent() {
    return ClassLoader.getSystemResource("io/opentelemetry/javaagent/OpenTelemetryAgent.class")
        != null;
  }
}
