package io.weft.core.call;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The alarms of all calls of this JVM, on one daemon thread that starts with the first of them. */
final class SharedAlarms implements Alarms {
  static final Alarms INSTANCE = new SharedAlarms();

  private final ScheduledThreadPoolExecutor executor;

  private SharedAlarms() {
    executor = new ScheduledThreadPoolExecutor(1, SharedAlarms::thread);
    executor.setRemoveOnCancelPolicy(true);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Alarm at(long nanoTime, Runnable ring) {
    long delay = Math.max(0, nanoTime - System.nanoTime());
    Future<?> task = executor.schedule(ring, delay, TimeUnit.NANOSECONDS);
    return () -> task.cancel(false);
  }

  // Not one of the agent's threads: a library may start threads from here that will run the
  // application's code, whose traffic is meshed.
  private static Thread thread(Runnable work) {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    while (group.getParent() != null) {
      group = group.getParent();
    }
    Thread thread = new Thread(group, work, "weft-timer", 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
    return thread;
  }
}
