package io.weft.core.call;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Time that stands still until it is told to go on; it begins below zero, as nanoTime may. */
final class FakeTime implements Alarms {

  private final PriorityQueue<Ring> rings =
      new PriorityQueue<>(Comparator.comparingLong((Ring r) -> r.at).thenComparingLong(r -> r.seq));
  private long now = -Duration.ofMillis(700).toNanos();
  private long seq;

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  @Override
  public synchronized Alarm at(long nanoTime, Runnable run) {
    Ring ring = new Ring(Math.max(now, nanoTime), seq++, run);
    rings.add(ring);
    return () -> remove(ring);
  }

  void in(Duration delay, Runnable run) {
    at(nanoTime() + delay.toNanos(), run);
  }

  /** Lets time go by, with all that happens meanwhile. */
  void pass(Duration duration) {
    long until = nanoTime() + duration.toNanos();
    for (Runnable next = next(until); next != null; next = next(until)) {
      next.run();
    }
  }

  /** Lets happen what is due now. */
  void settle() {
    pass(Duration.ZERO);
  }

  /** What is still to ring. */
  synchronized int armed() {
    return rings.size();
  }

  private synchronized void remove(Ring ring) {
    rings.remove(ring);
  }

  private synchronized @Nullable Runnable next(long until) {
    Ring next = rings.peek();
    if (next == null || next.at > until) {
      now = until;
      return null;
    }
    rings.remove();
    now = next.at;
    return next.run;
  }

  private record Ring(long at, long seq, Runnable run) {}
}
