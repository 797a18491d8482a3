package io.weft.core.call;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that stands still until it is told to go on; it begins below zero, as nanoTime may. */
final class FakeTime implements Alarms {

  private final PriorityQueue<Ring> rings =
      new PriorityQueue<>(Comparator.comparingLong((Ring r) -> r.at).thenComparingLong(r -> r.seq));
  private long now = -Duration.ofMillis(700).toNanos();
  private long seq;

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public Alarm at(long nanoTime, Runnable run) {
    Ring ring = new Ring(Math.max(now, nanoTime), seq++, run);
    rings.add(ring);
    return () -> rings.remove(ring);
  }

  void in(Duration delay, Runnable run) {
    at(now + delay.toNanos(), run);
  }

  /** Lets time go by, with all that happens meanwhile. */
  void pass(Duration duration) {
    long until = now + duration.toNanos();
    while (!rings.isEmpty() && rings.peek().at <= until) {
      Ring next = rings.remove();
      now = next.at;
      next.run.run();
    }
    now = until;
  }

  /** Lets happen what is due now. */
  void settle() {
    pass(Duration.ZERO);
  }

  /** What is still to ring. */
  int armed() {
    return rings.size();
  }

  private record Ring(long at, long seq, Runnable run) {}
}
