package io.weft.core.inbound;

import io.weft.core.call.Alarms;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The first moments of a process, in which the policies of its service are on their way. What comes
 * in then waits, but never for longer than {@link #PATIENCE} from the first that came. Thread-safe;
 * asking takes no lock.
 */
final class ColdStart {
  /** How long the first that comes waits, and all others with it. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Alarms alarms;
  private final Runnable outOfPatience;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean armed = new AtomicBoolean();
  private volatile boolean over = true;

  /**
   * @param outOfPatience run once if it ends because time is up, before those who wait go on
   */
  ColdStart(Alarms alarms, Runnable outOfPatience) {
    this.alarms = alarms;
    this.outOfPatience = outOfPatience;
  }

  /** Policies are on their way. */
  void begin() {
    over = false;
  }

  /** They have come, or nobody would bring any. */
  void end() {
    over = true;
    for (Runnable then = waiting.poll(); then != null; then = waiting.poll()) {
      try {
        then.run();
      } catch (RuntimeException e) {
        // Its connection has ended meanwhile, and all that served it.
      }
    }
  }

  boolean isOver() {
    return over;
  }

  /** Runs once it is over, at once if it is. */
  void whenOver(Runnable then) {
    if (over) {
      then.run();
      return;
    }
    waiting.add(then);
    if (over && waiting.remove(then)) {
      then.run();
      return;
    }
    if (armed.compareAndSet(false, true)) {
      alarms.at(alarms.nanoTime() + PATIENCE.toNanos(), this::timeIsUp);
    }
  }

  /** Waits until it is over; false if the thread was interrupted before. */
  boolean await() {
    if (over) {
      return true;
    }
    CountDownLatch done = new CountDownLatch(1);
    whenOver(done::countDown);
    try {
      done.await();
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void timeIsUp() {
    if (!over) {
      outOfPatience.run();
      end();
    }
  }
}
