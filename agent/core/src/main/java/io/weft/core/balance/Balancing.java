package io.weft.core.balance;

import io.weft.core.health.HealthPolicy;
import io.weft.core.outlier.OutlierPolicy;
import org.jspecify.annotations.Nullable;

/**
 * What a LoadBalancer, an OutlierDetection and a HealthCheck say of choosing, but for what a
 * request is hashed by.
 *
 * @param slowStartNanos for how long an endpoint that this process has just come to know gets less
 *     than its share; 0 for none
 * @param slowStartLeast the part of its share that it gets at first, from 0 to 1
 * @param panicPercent while fewer are left than that, nobody is passed over
 * @param locality null where it does not matter where endpoints run
 * @param outliers null where nobody is watched
 * @param checks null where nobody is checked beside calls
 */
public record Balancing(
    Algorithm algorithm,
    long slowStartNanos,
    double slowStartLeast,
    double panicPercent,
    @Nullable Locality locality,
    @Nullable OutlierPolicy outliers,
    @Nullable HealthPolicy checks) {
  /** Envoy's healthy_panic_threshold. */
  public static final double PANIC_PERCENT = 50;

  /** What holds where nothing is written. */
  public static final Balancing DEFAULT =
      new Balancing(Algorithm.LEAST_REQUEST, 0, 0, PANIC_PERCENT, null, null, null);

  /** How many rounds are gone through side by side. */
  int rounds() {
    return locality == null ? 1 : locality.levels();
  }

  /** The same, with these watched and checked. */
  public Balancing watching(@Nullable OutlierPolicy policy, @Nullable HealthPolicy checkedBy) {
    return new Balancing(
        algorithm, slowStartNanos, slowStartLeast, panicPercent, locality, policy, checkedBy);
  }
}
