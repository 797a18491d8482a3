package io.weft.core.balance;

import io.weft.core.balance.Cluster.Tried;
import io.weft.core.endpoint.Endpoint;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One after the other, by weight. */
final class RoundRobin implements Choice {
  private final Endpoint[] live;
  private final int[] round;
  private final AtomicInteger cursor;
  private final SlowStart slowStart;

  RoundRobin(Endpoint[] live, AtomicInteger cursor, SlowStart slowStart) {
    this.live = live;
    this.round = Round.of(live);
    this.cursor = cursor;
    this.slowStart = slowStart;
  }

  @Override
  public @Nullable Endpoint choose(Tried tried, long hash, long now, RandomGenerator chance) {
    Endpoint spared = null;
    for (int i = 0; i < round.length; i++) {
      Endpoint endpoint =
          live[round[Integer.remainderUnsigned(cursor.getAndIncrement(), round.length)]];
      if (Choice.isFresh(endpoint, tried, now)) {
        if (!slowStart.spares(endpoint.load(), now, chance)) {
          return endpoint;
        }
        spared = endpoint;
      }
    }
    return spared;
  }
}
