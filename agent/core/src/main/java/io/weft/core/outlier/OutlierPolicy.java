package io.weft.core.outlier;

import org.jspecify.annotations.Nullable;

/**
 * When an endpoint is ejected, and for how long; the names are Envoy's.
 *
 * @param document {@code OutlierDetection/namespace/name}: what is known of endpoints is kept by it
 * @param shadow whether nobody is really ejected
 * @param consecutive5xx after so many errors in a row; 0 for never
 * @param consecutiveGatewayErrors after so many gateway errors in a row; 0 for never
 * @param consecutiveLocalOriginFailures after so many tries in a row without an answer; 0 to count
 *     those as gateway errors
 * @param successRate null for never
 * @param intervalNanos how often success rates are compared, and how long an endpoint must be calm
 *     until one of its ejections is forgotten
 * @param baseEjectionNanos how long it is ejected the first time
 * @param maxEjectionPercent how many of all may be ejected at once
 */
public record OutlierPolicy(
    String document,
    boolean shadow,
    int consecutive5xx,
    int consecutiveGatewayErrors,
    int consecutiveLocalOriginFailures,
    @Nullable SuccessRate successRate,
    long intervalNanos,
    long baseEjectionNanos,
    double maxEjectionPercent) {

  // Envoy's max_ejection_time.
  private static final long LONGEST_NANOS = 300_000_000_000L;
  private static final double ROUNDING = 1e-9;

  /**
   * Whose success rate is less than that of most others is ejected.
   *
   * @param stdevFactor less by so many standard deviations
   * @param minimumHosts compared only if so many have the volume
   * @param requestVolume tries an endpoint must have had in the interval
   */
  public record SuccessRate(double stdevFactor, int minimumHosts, int requestVolume) {}

  /** How many of so many may be ejected at once. */
  int allowed(int all) {
    return (int) (all * maxEjectionPercent / 100 + ROUNDING);
  }

  /** For how long the n-th ejection lasts, the first being 1. */
  long ejectionNanos(int ejections) {
    long longest = Math.max(LONGEST_NANOS, baseEjectionNanos);
    return ejections > longest / baseEjectionNanos ? longest : baseEjectionNanos * ejections;
  }
}
