package io.weft.control.edge;

import java.util.Arrays;
import java.util.List;

/** Counts by latency in buckets that grow by the fourth root of two, as agents report them. */
final class Latencies {
  private long[] counts = new long[0];

  void add(List<Long> more) {
    reach(more.size());
    for (int i = 0; i < more.size(); i++) {
      counts[i] += more.get(i);
    }
  }

  void add(Latencies more) {
    reach(more.counts.length);
    for (int i = 0; i < more.counts.length; i++) {
      counts[i] += more.counts[i];
    }
  }

  private void reach(int length) {
    if (length > counts.length) {
      counts = Arrays.copyOf(counts, length);
    }
  }

  /** The upper bound of the bucket in which that share of all calls has ended. */
  double millis(double share) {
    long all = 0;
    for (long count : counts) {
      all += count;
    }
    long wanted = Math.max(1, (long) Math.ceil(share * all));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (all > 0 && seen >= wanted) {
        return Math.round(Math.pow(2, i / 4.0) / 10.0) / 100.0;
      }
    }
    return 0;
  }
}
