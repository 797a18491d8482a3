package io.weft.core.balance;

import io.weft.core.balance.Cluster.Tried;
import io.weft.core.endpoint.Endpoint;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The better of two taken at random (Mitzenmacher, The Power of Two Choices, 2001). */
abstract class TwoChoices implements Choice {
  private final Lottery lottery;

  TwoChoices(Lottery lottery) {
    this.lottery = lottery;
  }

  /** Whether the one is better than the other; of equals the first is taken. */
  abstract boolean better(Endpoint one, Endpoint other, long now);

  @Override
  public final @Nullable Endpoint choose(Tried tried, long hash, long now, RandomGenerator chance) {
    Endpoint first = lottery.choose(tried, hash, now, chance);
    if (first == null) {
      return null;
    }
    Endpoint second = lottery.other(first, tried, now, chance);
    return second != null && better(second, first, now) ? second : first;
  }
}
