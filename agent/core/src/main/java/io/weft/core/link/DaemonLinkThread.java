package io.weft.core.link;

import io.weft.core.log.Log;
import io.weft.core.thread.AgentThread;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The link's thread in a real process: one of the agent's daemons. */
final class DaemonLinkThread implements LinkThread {

  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(1, AgentThread.factory("link"));

  DaemonLinkThread() {
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void execute(Runnable task) {
    try {
      executor.execute(guarded(task));
    } catch (RejectedExecutionException e) {
      Log.debug("the link is closed: " + e.getMessage());
    }
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    try {
      ScheduledFuture<?> future =
          executor.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      Log.debug("the link is closed: " + e.getMessage());
      return () -> {};
    }
  }

  // An exception must not be lost in a future nobody asks.
  private static Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | LinkageError e) {
        Log.error("fault in the link to control: " + e);
      }
    };
  }
}
