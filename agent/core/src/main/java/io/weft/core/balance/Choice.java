package io.weft.core.balance;

import io.weft.core.balance.Cluster.Tried;
import io.weft.core.endpoint.Endpoint;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One algorithm over the endpoints that it was made for. Made at a push; choosing takes no lock and
 * allocates nothing.
 */
interface Choice {
  /**
   * An endpoint that this call has not tried and that has not just refused a connection.
   *
   * @param hash of what the request is to stick by; any, for algorithms that take none
   * @return null if there is no such endpoint
   */
  @Nullable Endpoint choose(Tried tried, long hash, long now, RandomGenerator chance);

  /**
   * The algorithm that a document asks for.
   *
   * @param live one at least
   * @param cursor the place in the round, which outlives pushes
   */
  static Choice of(Balancing balancing, Endpoint[] live, AtomicInteger cursor) {
    SlowStart slowStart = new SlowStart(balancing.slowStartNanos(), balancing.slowStartLeast());
    return switch (balancing.algorithm()) {
      case ROUND_ROBIN -> new RoundRobin(live, cursor, slowStart);
      case RANDOM -> new Lottery(live, slowStart);
      case LEAST_REQUEST -> TwoChoices.leastRequest(new Lottery(live, slowStart));
      case PEAK_EWMA -> TwoChoices.peakEwma(new Lottery(live, slowStart));
      case RING_HASH -> new HashRing(live);
      case MAGLEV -> new MaglevTable(live);
    };
  }

  /** The first of all that will do, from some place on. */
  static @Nullable Endpoint firstFresh(Endpoint[] live, int from, Tried tried, long now) {
    for (int i = 0; i < live.length; i++) {
      Endpoint endpoint = live[i + from < live.length ? i + from : i + from - live.length];
      if (isFresh(endpoint, tried, now)) {
        return endpoint;
      }
    }
    return null;
  }

  /** Whether a call may go there before it goes anywhere worse. */
  static boolean isFresh(Endpoint endpoint, Tried tried, long now) {
    return !endpoint.load().avoided(now) && !tried.contains(endpoint);
  }
}
