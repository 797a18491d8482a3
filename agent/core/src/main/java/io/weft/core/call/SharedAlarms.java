package io.weft.core.call;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The alarms of all calls of this JVM, on one daemon thread that starts with the first of them.
 *
 * <p>While alarms are set, that thread wakes up ten times a second: it is woken for an alarm that
 * is to ring before all others, and where calls follow one another that would be each call's,
 * though next to none ever rings. The next beat is before nearly all of them.
 */
final class SharedAlarms implements Alarms {
  static final Alarms INSTANCE = new Late();

  private static final long BEAT_MILLIS = 100;

  private final ScheduledThreadPoolExecutor executor;
  private final AtomicBoolean beating = new AtomicBoolean();
  // Since the last beat.
  private volatile boolean used;

  SharedAlarms(ScheduledThreadPoolExecutor executor) {
    this.executor = executor;
    executor.setRemoveOnCancelPolicy(true);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Alarm at(long nanoTime, Runnable ring) {
    if (!used) {
      used = true;
      if (beating.compareAndSet(false, true)) {
        nextBeat();
      }
    }
    long delay = Math.max(0, nanoTime - System.nanoTime());
    Future<?> task = executor.schedule(ring, delay, TimeUnit.NANOSECONDS);
    return () -> task.cancel(false);
  }

  private void beat() {
    if (used) {
      used = false;
      nextBeat();
    } else {
      beating.set(false);
      // Who came just now has seen it beating.
      if (used && beating.compareAndSet(false, true)) {
        nextBeat();
      }
    }
  }

  private void nextBeat() {
    var unused = executor.schedule(this::beat, BEAT_MILLIS, TimeUnit.MILLISECONDS);
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

  /**
   * Those of this JVM, made with the first alarm: an executor is hooked as it is loaded, which
   * before main would have the application wait for Byte Buddy.
   */
  private static final class Late implements Alarms {
    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public Alarm at(long nanoTime, Runnable ring) {
      return Made.ALARMS.at(nanoTime, ring);
    }

    private static final class Made {
      static final Alarms ALARMS =
          new SharedAlarms(new ScheduledThreadPoolExecutor(1, SharedAlarms::thread));
    }
  }
}
