package io.weft.core.breaker;

/**
 * When a breaker opens, and for how long; the names are Resilience4j's.
 *
 * @param document {@code CircuitBreaker/namespace/name}
 * @param failureRateThreshold percent of failed calls at which it opens
 * @param slowCallRateThreshold percent of slow calls at which it opens
 * @param slowCallNanos longer than that is slow
 * @param windowCalls how many of the latest calls count; 0 where time decides
 * @param windowSeconds calls of how many of the latest seconds count, from 2; 0 where number
 *     decides
 * @param minimumCalls before so many calls no rate is looked at
 * @param openNanos how long it stays open
 * @param halfOpenCalls how many calls then find out
 */
public record BreakerPolicy(
    String document,
    double failureRateThreshold,
    double slowCallRateThreshold,
    long slowCallNanos,
    int windowCalls,
    int windowSeconds,
    int minimumCalls,
    long openNanos,
    int halfOpenCalls) {

  /**
   * Why it is to open.
   *
   * @return empty if it is not
   */
  String exceededBy(int calls, int failed, int slow) {
    if (percent(failed, calls) >= failureRateThreshold) {
      return failed + " of " + calls + " calls failed";
    }
    return percent(slow, calls) >= slowCallRateThreshold
        ? slow + " of " + calls + " calls were slow"
        : "";
  }

  private static double percent(int part, int all) {
    return part * 100.0 / all;
  }
}
