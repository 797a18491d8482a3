package io.weft.control.share;

import io.weft.api.v1.RateLimit;
import java.util.concurrent.TimeUnit;

/**
 * What all instances of a service may let through together.
 *
 * @param perSecond requests; of each key, if there are any
 * @param burst requests at once after a quiet time
 * @param keyed whether something is counted apart
 */
public record Limit(double perSecond, double burst, boolean keyed) {

  /** That of a policy. */
  public static Limit of(RateLimit policy) {
    return new Limit(
        (double) policy.getLimit() * TimeUnit.SECONDS.toNanos(1) / policy.getPeriodNanos(),
        policy.getBurst(),
        policy.getKey() != RateLimit.Key.NONE);
  }
}
