package io.weft.it.bench.race;

import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What one party came to in one cell in one round.
 *
 * @param latencies of calls that were answered, in nanoseconds
 * @param failures calls that were not
 * @param seconds it lasted
 * @param cpuSeconds of each of its processes, by name
 * @param allocated bytes, at the caller and the callee
 * @param collections of garbage, at both
 * @param pausedMillis for them
 * @param opened connections of TCP, on the whole machine
 * @param residentBytes of each of its processes after it
 */
record Measure(
    Histogram latencies,
    long failures,
    String firstFailure,
    double seconds,
    Map<String, Double> cpuSeconds,
    Map<String, Long> allocated,
    long collections,
    long pausedMillis,
    long opened,
    Map<String, Long> residentBytes) {
  private static final double NANOS_PER_MICRO = 1_000;

  long calls() {
    return latencies.getTotalCount();
  }

  double micros(double percentile) {
    return latencies.getValueAtPercentile(percentile) / NANOS_PER_MICRO;
  }

  double throughput() {
    return calls() / seconds;
  }

  /** Of all processes together. */
  double cpuSecondsPerThousand() {
    return cpuSeconds.values().stream().mapToDouble(Double::doubleValue).sum() * 1_000 / calls();
  }

  double cpuSecondsPerThousand(String process) {
    return cpuSeconds.getOrDefault(process, 0.0) * 1_000 / calls();
  }

  /** Of caller and callee together. */
  double bytesPerCall() {
    return allocated.values().stream().mapToLong(Long::longValue).sum() / (double) calls();
  }

  double bytesPerCall(String process) {
    return allocated.getOrDefault(process, 0L) / (double) calls();
  }

  double residentMegabytes() {
    return residentBytes.values().stream().mapToLong(Long::longValue).sum() / 1e6;
  }

  /** Whether connections were used again. */
  boolean keptAlive() {
    return opened < Math.max(200, calls() / 20);
  }
}
