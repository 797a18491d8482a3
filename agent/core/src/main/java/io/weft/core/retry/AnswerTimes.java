package io.weft.core.retry;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long answers of one service took over the last ten to twenty seconds, counted in steps of an
 * eighth: what a percentile says is at most that much too high. Survives pushes. Thread-safe,
 * without a lock; a race at a window's turn may miscount by the answers of that instant.
 */
public final class AnswerTimes {
  private static final long WINDOW = 10_000_000_000L;
  // A percentile of fewer answers says little.
  private static final int LEAST = 100;
  private static final int STEPS = 8;
  private static final int STEP_BITS = 3;
  // From 2^10 ns, a microsecond, to 2^36 ns, a minute.
  private static final int LEAST_BITS = 10;
  private static final int MOST_BITS = 36;
  private static final int BUCKETS = (MOST_BITS - LEAST_BITS) * STEPS + 1;
  private static final long ASKED_EVERY = 100_000_000L;
  private static final int WHOLE = 100_000;

  private final AtomicIntegerArray[] windows = {
    new AtomicIntegerArray(BUCKETS), new AtomicIntegerArray(BUCKETS)
  };
  private final AtomicLong window = new AtomicLong(Long.MIN_VALUE);

  // What was last made of it; of two threads that find it out at once, one may do so in vain.
  private volatile Known known = new Known(0, -1, Long.MIN_VALUE);

  private record Known(int percentile, long value, long until) {}

  /** One came, or would have come no sooner, after so long. */
  public void took(long nanos, long now) {
    windows[current(now)].incrementAndGet(bucket(nanos));
  }

  /**
   * The time within which such a share of the answers came.
   *
   * @param percentile in thousandths of a percent
   * @return nanoseconds; -1 if too few answers are known
   */
  public long percentile(int percentile, long now) {
    Known last = known;
    if (last.percentile == percentile && last.until != Long.MIN_VALUE && now - last.until < 0) {
      return last.value;
    }
    long value = find(percentile, now);
    known = new Known(percentile, value, now + ASKED_EVERY);
    return value;
  }

  private long find(int percentile, long now) {
    int current = current(now);
    AtomicIntegerArray one = windows[current];
    AtomicIntegerArray other = windows[1 - current];
    long all = 0;
    for (int i = 0; i < BUCKETS; i++) {
      all += one.get(i) + other.get(i);
    }
    if (all < LEAST) {
      return -1;
    }
    long wanted = (all * percentile + WHOLE - 1) / WHOLE;
    long seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
      seen += one.get(i) + other.get(i);
      if (seen >= wanted) {
        return upperBound(i);
      }
    }
    return upperBound(BUCKETS - 1);
  }

  /** The place of the window in force, emptied if it has just begun. */
  private int current(long now) {
    long number = Math.floorDiv(now, WINDOW);
    long last = window.get();
    if (number != last && window.compareAndSet(last, number)) {
      clear(windows[place(number)]);
      if (number != last + 1) {
        clear(windows[place(number + 1)]);
      }
    }
    return place(number);
  }

  private static int place(long number) {
    return (int) (number & 1);
  }

  private static void clear(AtomicIntegerArray counts) {
    for (int i = 0; i < BUCKETS; i++) {
      counts.set(i, 0);
    }
  }

  private static int bucket(long nanos) {
    if (nanos < 1L << LEAST_BITS) {
      return 0;
    }
    int bits = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
    if (bits >= MOST_BITS) {
      return BUCKETS - 1;
    }
    int step = (int) (nanos >>> (bits - STEP_BITS)) & (STEPS - 1);
    return (bits - LEAST_BITS) * STEPS + step + 1;
  }

  private static long upperBound(int bucket) {
    if (bucket == 0) {
      return 1L << LEAST_BITS;
    }
    int bits = (bucket - 1) / STEPS + LEAST_BITS;
    long step = (bucket - 1) % STEPS + 1L;
    return (1L << bits) + (step << (bits - STEP_BITS));
  }
}
