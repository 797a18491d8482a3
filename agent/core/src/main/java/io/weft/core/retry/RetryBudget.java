package io.weft.core.retry;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts the calls and retries to one service over the last ten seconds, and grants a retry while
 * there are few of them. One for all calls of this JVM to the service, so that an outage is not
 * answered with a storm; survives pushes. Thread-safe, without a lock; a race at a second's turn
 * may miscount by the calls of that instant.
 */
public final class RetryBudget {
  private static final int SECONDS = 10;
  private static final long SECOND = 1_000_000_000L;
  private static final int COUNT_BITS = 32;
  private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

  // Each slot holds a second's number above and its count below.
  private final AtomicLongArray calls = new AtomicLongArray(SECONDS);
  private final AtomicLongArray retries = new AtomicLongArray(SECONDS);

  /** A call began. */
  public void called(long now) {
    add(calls, now, 1);
  }

  /** Whether a retry may be made now; if so, it is counted. */
  public boolean tryRetry(BudgetLimit limit, long now) {
    // Counted before it is granted, so that calls that ask at once never get more than there is.
    add(retries, now, 1);
    if (limit.isUnlimited()) {
      return true;
    }
    double allowed =
        Math.max((double) limit.minPerSecond() * SECONDS, limit.share() * sum(calls, now));
    if (sum(retries, now) <= allowed) {
      return true;
    }
    add(retries, now, -1);
    return false;
  }

  private static void add(AtomicLongArray slots, long now, int count) {
    long second = second(now);
    int slot = (int) Math.floorMod(second, (long) SECONDS);
    long stamp = (second & COUNT_MASK) << COUNT_BITS;
    while (true) {
      long value = slots.get(slot);
      long next = (value & ~COUNT_MASK) == stamp ? value + count : stamp | Math.max(0, count);
      if (slots.compareAndSet(slot, value, next)) {
        return;
      }
    }
  }

  private static long sum(AtomicLongArray slots, long now) {
    long second = second(now);
    long sum = 0;
    for (int i = 0; i < SECONDS; i++) {
      long value = slots.get(i);
      long age = (second - (value >>> COUNT_BITS)) & COUNT_MASK;
      if (age < SECONDS) {
        sum += value & COUNT_MASK;
      }
    }
    return sum;
  }

  // nanoTime may be negative, and a fresh slot must not look like a second of now: count from 1 <<
  // 20.
  private static long second(long now) {
    return Math.floorDiv(now, SECOND) + (1 << 20);
  }
}
