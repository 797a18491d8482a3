package io.weft.core.limit;

/**
 * How many calls may be in flight, and wait.
 *
 * @param document {@code ConcurrencyLimit/namespace/name}
 * @param least never fewer in flight
 * @param most never more; where it is more than the least, latencies say how many
 * @param maxPending how many wait for a place
 * @param maxWaitNanos for how long
 */
public record LimitPolicy(String document, int least, int most, int maxPending, long maxWaitNanos) {

  boolean isAdaptive() {
    return most > least;
  }
}
