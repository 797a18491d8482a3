package io.weft.core.balance;

import io.weft.core.endpoint.EndpointLoad;
import java.util.random.RandomGenerator;

/**
 * Spares endpoints that are new (Envoy's {@code slow_start_config}): what would fall to one is let
 * through with a likelihood that grows evenly over a window.
 *
 * @param windowNanos 0 for no sparing
 * @param least the likelihood at first
 */
record SlowStart(long windowNanos, double least) {

  /** Whether a call that falls to this endpoint should go to another, rolled anew each time. */
  boolean spares(EndpointLoad load, long now, RandomGenerator chance) {
    if (windowNanos == 0) {
      return false;
    }
    long age = load.ageNanos(now);
    return age < windowNanos && chance.nextDouble() >= Math.max(least, (double) age / windowNanos);
  }
}
