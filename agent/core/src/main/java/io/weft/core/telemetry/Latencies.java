package io.weft.core.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A histogram of microseconds with four buckets to each doubling: bucket i holds what is less than
 * 2^(i/4) and not less than 2^((i-1)/4), up to about a day. Thread-safe.
 */
final class Latencies {
  private static final int BUCKETS = 148;
  private static final double PER_DOUBLING = 4 / Math.log(2);

  private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

  void add(long micros) {
    counts.incrementAndGet(bucket(micros));
  }

  /** The counts since the last call, without the empty buckets at the end. */
  List<Long> take() {
    List<Long> taken = new ArrayList<>();
    int used = 0;
    for (int i = 0; i < BUCKETS; i++) {
      long count = counts.getAndSet(i, 0);
      taken.add(count);
      if (count > 0) {
        used = i + 1;
      }
    }
    return taken.subList(0, used);
  }

  static int bucket(long micros) {
    if (micros < 1) {
      return 0;
    }
    int bucket = (int) (Math.log((double) micros) * PER_DOUBLING + 1e-9) + 1;
    return Math.min(bucket, BUCKETS - 1);
  }
}
