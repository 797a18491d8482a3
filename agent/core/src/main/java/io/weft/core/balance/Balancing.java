package io.weft.core.balance;

/**
 * What a LoadBalancer says of choosing, but for what a request is hashed by.
 *
 * @param slowStartNanos for how long an endpoint that this process has just come to know gets less
 *     than its share; 0 for none
 * @param slowStartLeast the part of its share that it gets at first, from 0 to 1
 */
public record Balancing(Algorithm algorithm, long slowStartNanos, double slowStartLeast) {
  /** What holds where nothing is written. */
  public static final Balancing DEFAULT = new Balancing(Algorithm.LEAST_REQUEST, 0, 0);
}
