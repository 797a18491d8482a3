package io.weft.core.balance;

import io.weft.core.balance.Cluster.Tried;
import io.weft.core.endpoint.Endpoint;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Any, by weight. */
final class Lottery implements Choice {
  private static final int DRAWS = 3;

  private final Endpoint[] live;
  private final SlowStart slowStart;
  // Empty where all weigh the same.
  private final int[] tickets;

  Lottery(Endpoint[] live, SlowStart slowStart) {
    this.live = live;
    this.slowStart = slowStart;
    boolean alike = Arrays.stream(live).mapToInt(Endpoint::weight).distinct().count() == 1;
    this.tickets = alike ? new int[0] : Round.of(live);
  }

  @Override
  public @Nullable Endpoint choose(Tried tried, long hash, long now, RandomGenerator chance) {
    for (int i = 0; i < DRAWS; i++) {
      Endpoint endpoint = draw(chance);
      if (Choice.isFresh(endpoint, tried, now) && !slowStart.spares(endpoint.load(), now, chance)) {
        return endpoint;
      }
    }
    // Whichever comes next, from anywhere.
    return Choice.firstFresh(live, chance.nextInt(live.length), tried, now);
  }

  /**
   * Another than this one, to be compared with it; null if there is none, or if it is to be spared.
   */
  @Nullable Endpoint other(Endpoint than, Tried tried, long now, RandomGenerator chance) {
    for (int i = 0; i < DRAWS; i++) {
      Endpoint endpoint = draw(chance);
      if (isOther(endpoint, than) && Choice.isFresh(endpoint, tried, now)) {
        return slowStart.spares(endpoint.load(), now, chance) ? null : endpoint;
      }
    }
    int from = chance.nextInt(live.length);
    Endpoint endpoint =
        Choice.firstFresh(live, from, each -> !isOther(each, than) || tried.contains(each), now);
    return endpoint == null || slowStart.spares(endpoint.load(), now, chance) ? null : endpoint;
  }

  private Endpoint draw(RandomGenerator chance) {
    return tickets.length == 0
        ? live[chance.nextInt(live.length)]
        : live[tickets[chance.nextInt(tickets.length)]];
  }

  private static boolean isOther(Endpoint endpoint, Endpoint than) {
    return endpoint.load() != than.load();
  }
}
