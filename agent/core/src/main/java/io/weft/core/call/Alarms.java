package io.weft.core.call;

import io.weft.core.thread.AgentThread;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs things later, on one thread of the agent's for all calls of the JVM. What it runs must be
 * quick.
 */
interface Alarms {

  /** Runs once at a time on the clock of {@link #now}; cancelled through what is returned. */
  Future<?> at(long nanos, Runnable run);

  /** Nanoseconds, as {@link System#nanoTime} counts them. */
  long now();

  /** Those of this JVM. */
  static Alarms ofThisProcess() {
    return Process.ALARMS;
  }

  /** Starts its thread on first use. */
  final class Process implements Alarms {
    static final Alarms ALARMS = new Process();

    private final ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(1, AgentThread.factory("timer"));

    private Process() {
      executor.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Future<?> at(long nanos, Runnable run) {
      return executor.schedule(run, nanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public long now() {
      return System.nanoTime();
    }
  }
}
