package io.weft.core.balance;

import io.weft.core.balance.Cluster.Tried;
import io.weft.core.endpoint.Endpoint;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The better of two taken at random (Mitzenmacher, The Power of Two Choices, 2001). */
final class TwoChoices implements Choice {
  private final Lottery lottery;
  private final Comparison comparison;

  private interface Comparison {
    boolean better(Endpoint a, Endpoint b, long now);
  }

  private TwoChoices(Lottery lottery, Comparison comparison) {
    this.lottery = lottery;
    this.comparison = comparison;
  }

  /** The one with fewer attempts in flight for its weight; of equals the first. */
  static TwoChoices leastRequest(Lottery lottery) {
    // a.inFlight / a.weight < b.inFlight / b.weight, without the division
    return new TwoChoices(
        lottery,
        (a, b, now) ->
            (long) a.load().inFlight() * b.weight() < (long) b.load().inFlight() * a.weight());
  }

  /** The one whose latency, times what it has in flight and this call, is less for its weight. */
  static TwoChoices peakEwma(Lottery lottery) {
    return new TwoChoices(
        lottery, (a, b, now) -> a.load().cost(now) * b.weight() < b.load().cost(now) * a.weight());
  }

  @Override
  public @Nullable Endpoint choose(Tried tried, long hash, long now, RandomGenerator chance) {
    Endpoint first = lottery.choose(tried, hash, now, chance);
    if (first == null) {
      return null;
    }
    Endpoint second = lottery.other(first, tried, now, chance);
    return second != null && comparison.better(second, first, now) ? second : first;
  }
}
