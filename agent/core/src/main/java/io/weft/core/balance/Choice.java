package io.weft.core.balance;

import io.weft.core.balance.Cluster.Tried;
import io.weft.core.endpoint.Endpoint;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One algorithm over the endpoints that it was made for, told how soon each attempt was answered.
 * Made at a push; choosing and being told take no lock and allocate nothing.
 */
interface Choice {
  /**
   * An endpoint that this call has not tried, that has not just refused a connection and is not
   * passed over.
   *
   * @param hash of what the request is to stick by; any, for algorithms that take none
   * @return null if there is no such endpoint
   */
  @Nullable Endpoint choose(Tried tried, long hash, long now, RandomGenerator chance);

  /** The head of an attempt's answer came, after so long. */
  default void answered(Endpoint endpoint, long tookNanos, long now) {}

  /** An attempt got no answer, and was given up after so long. */
  default void unanswered(Endpoint endpoint, long tookNanos, long now) {}

  /** Why calls go to others although nothing is wrong with it, in words; else empty. */
  default String objection(Endpoint endpoint, long now) {
    return "";
  }

  /** In which parts calls go where, in words; empty if there is nothing to say of that. */
  default String says(long now) {
    return "";
  }

  /**
   * All that a document asks for.
   *
   * @param live one at least
   * @param cursors the places in the rounds, which outlive pushes: {@link Balancing#rounds} of them
   */
  static Choice of(Balancing balancing, Endpoint[] live, List<AtomicInteger> cursors) {
    Locality locality = balancing.locality();
    return locality == null
        ? of(balancing, live, cursors.get(0))
        : NearestFirst.of(balancing, locality, live, cursors);
  }

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
      case LEAST_REQUEST -> new LeastRequest(new Lottery(live, slowStart));
      case PEAK_EWMA -> new PeakEwma(new Lottery(live, slowStart));
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
    return !endpoint.isShunned(now) && !tried.contains(endpoint);
  }
}
