package io.weft.core.balance;

import io.weft.core.endpoint.Endpoint;
import java.util.Arrays;

/** Endpoints that are equally near, and a way to choose among them. Thread-safe, without a lock. */
final class Level {
  private static final long RECOUNT_NANOS = 1_000_000;

  final Choice choice;

  /** Where they are, in words. */
  final String name;

  private final Endpoint[] live;
  private final double most;
  private final double overprovisioning;

  // Of two that count at once, one counts for nothing.
  private volatile boolean counted;
  private volatile long countedAt;
  private volatile double capacity;

  /**
   * @param live one at least
   * @param most the part of the calls that it takes if all are well
   */
  Level(String name, Choice choice, Endpoint[] live, double most, double overprovisioning) {
    this.name = name;
    this.choice = choice;
    this.live = live;
    this.most = most;
    this.overprovisioning = overprovisioning;
  }

  /** The part of the calls that it can take, from 0 to 1, as of a millisecond ago at most. */
  double capacity(long now) {
    if (!counted || now - countedAt >= RECOUNT_NANOS) {
      capacity = count(now);
      countedAt = now;
      counted = true;
    }
    return capacity;
  }

  private double count(long now) {
    int well = 0;
    for (Endpoint endpoint : live) {
      well += endpoint.isShunned(now) ? 0 : 1;
    }
    return most * Math.min(1, overprovisioning * well / live.length);
  }

  boolean contains(Endpoint endpoint) {
    return Arrays.asList(live).contains(endpoint);
  }
}
