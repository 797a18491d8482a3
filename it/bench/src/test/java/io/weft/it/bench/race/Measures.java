package io.weft.it.bench.race;

import java.util.Map;
import org.HdrHistogram.Histogram;

/** Measures as a race would have taken them. */
final class Measures {
  private Measures() {}

  /** A thousand calls in a second, each of which took as long. */
  static Measure of(long micros, double cpuSeconds, long bytesPerCall) {
    Histogram latencies = new Histogram(60_000_000_000L, 3);
    for (int i = 0; i < 1_000; i++) {
      latencies.recordValue(micros * 1_000);
    }
    return new Measure(
        latencies,
        0,
        "",
        1,
        Map.of("caller", cpuSeconds / 2, "callee", cpuSeconds / 2),
        Map.of("caller", bytesPerCall * 1_000, "callee", 0L),
        3,
        12,
        0,
        Map.of("caller", 100_000_000L, "callee", 150_000_000L));
  }
}
