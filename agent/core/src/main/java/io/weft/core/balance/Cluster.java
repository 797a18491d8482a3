package io.weft.core.balance;

import io.weft.core.endpoint.Endpoint;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that a backend stands for: those of a service, on one of its ports, that carry the
 * backend's labels. Lives as long as some config names it, so that its place in the round outlives
 * pushes. Thread-safe; choosing takes no lock and allocates nothing.
 */
public final class Cluster {
  private static final int SAMPLES = 4;

  private final String name;
  private final AtomicInteger cursor = new AtomicInteger();
  private volatile Members members = Members.NONE;

  public Cluster(String name) {
    this.name = name;
  }

  /**
   * The service with its port and labels, as it stands in reasons: {@code
   * default/stock{version=v2}}.
   */
  public String name() {
    return name;
  }

  /** Replaces the members. */
  public void members(List<Endpoint> endpoints) {
    members = Members.of(endpoints);
  }

  /** How many endpoints there are, lost ones included. */
  public int size() {
    Members current = members;
    return current.live.length + current.lost.length;
  }

  /**
   * Chooses an endpoint: if at all possible one that was not tried in this call and has not just
   * refused a connection; else one that was tried; else one that refused; else one that control has
   * lost.
   *
   * @return null if there is none at all
   */
  public @Nullable Endpoint choose(
      Algorithm algorithm, Tried tried, long now, RandomGenerator chance) {
    Members current = members;
    Endpoint[] live = current.live;
    if (live.length == 1 && current.lost.length == 0) {
      return live[0];
    }
    if (live.length > 0) {
      Endpoint chosen =
          switch (algorithm) {
            case ROUND_ROBIN -> roundRobin(current, tried, now);
            case LEAST_REQUEST -> leastRequest(current, tried, now, chance);
          };
      if (chosen != null) {
        return chosen;
      }
    }
    return leastBad(current, tried, now, chance);
  }

  /** Whether {@link #choose} would find one that was neither tried nor has just refused. */
  public boolean hasFresh(Tried tried, long now) {
    for (Endpoint endpoint : members.live) {
      if (fresh(endpoint, tried, now)) {
        return true;
      }
    }
    return false;
  }

  private @Nullable Endpoint roundRobin(Members current, Tried tried, long now) {
    int[] round = current.round;
    for (int i = 0; i < round.length; i++) {
      Endpoint endpoint =
          current.live[round[Integer.remainderUnsigned(cursor.getAndIncrement(), round.length)]];
      if (fresh(endpoint, tried, now)) {
        return endpoint;
      }
    }
    return null;
  }

  private static @Nullable Endpoint leastRequest(
      Members current, Tried tried, long now, RandomGenerator chance) {
    Endpoint best = null;
    int found = 0;
    // Two that will do are wanted; a few more draws make up for those that will not.
    for (int i = 0; i < SAMPLES && found < 2; i++) {
      Endpoint endpoint = current.draw(chance);
      if ((best != null && endpoint.load() == best.load()) || !fresh(endpoint, tried, now)) {
        continue;
      }
      found++;
      if (best == null || lighter(endpoint, best)) {
        best = endpoint;
      }
    }
    return best;
  }

  // a.inFlight / a.weight < b.inFlight / b.weight, without the division
  private static boolean lighter(Endpoint a, Endpoint b) {
    return (long) a.load().inFlight() * b.weight() < (long) b.load().inFlight() * a.weight();
  }

  private static @Nullable Endpoint leastBad(
      Members current, Tried tried, long now, RandomGenerator chance) {
    Endpoint best = null;
    int bestScore = Integer.MAX_VALUE;
    int live = current.live.length;
    int all = live + current.lost.length;
    int offset = all == 0 ? 0 : chance.nextInt(all);
    for (int i = 0; i < all; i++) {
      int at = i + offset < all ? i + offset : i + offset - all;
      Endpoint endpoint = at < live ? current.live[at] : current.lost[at - live];
      int score =
          (endpoint.lost() ? 4 : 0)
              + (endpoint.load().avoided(now) ? 2 : 0)
              + (tried.contains(endpoint) ? 1 : 0);
      if (score < bestScore) {
        bestScore = score;
        best = endpoint;
      }
    }
    return best;
  }

  private static boolean fresh(Endpoint endpoint, Tried tried, long now) {
    return !endpoint.load().avoided(now) && !tried.contains(endpoint);
  }

  /** What a call has tried so far. */
  public interface Tried {
    /** Nothing yet. */
    Tried NOTHING = endpoint -> false;

    boolean contains(Endpoint endpoint);
  }
}
