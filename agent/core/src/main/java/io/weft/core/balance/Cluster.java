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
  private static final int DRAWS = 3;

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
    Members current = members;
    return anyFresh(current.live, tried, now) || anyFresh(current.lost, tried, now);
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
    Endpoint first = drawFresh(current, null, tried, now, chance);
    if (first == null) {
      return null;
    }
    Endpoint second = drawFresh(current, first, tried, now, chance);
    return second != null && lighter(second, first) ? second : first;
  }

  // By weight, if a few draws find one that will do; else whichever comes next.
  private static @Nullable Endpoint drawFresh(
      Members current, @Nullable Endpoint other, Tried tried, long now, RandomGenerator chance) {
    for (int i = 0; i < DRAWS; i++) {
      Endpoint endpoint = current.draw(chance);
      if (isOther(endpoint, other) && fresh(endpoint, tried, now)) {
        return endpoint;
      }
    }
    Endpoint[] live = current.live;
    int offset = chance.nextInt(live.length);
    for (int i = 0; i < live.length; i++) {
      Endpoint endpoint = live[i + offset < live.length ? i + offset : i + offset - live.length];
      if (isOther(endpoint, other) && fresh(endpoint, tried, now)) {
        return endpoint;
      }
    }
    return null;
  }

  private static boolean isOther(Endpoint endpoint, @Nullable Endpoint than) {
    return than == null || endpoint.load() != than.load();
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
      int score = badness(endpoint, tried, now);
      if (score < bestScore) {
        bestScore = score;
        best = endpoint;
      }
    }
    return best;
  }

  // What answered before is better than what refuses others, and that better than what control has
  // lost; but what refused this very call is the worst of all.
  private static int badness(Endpoint endpoint, Tried tried, long now) {
    boolean avoided = endpoint.load().avoided(now);
    boolean again = tried.contains(endpoint);
    return (endpoint.lost() ? 4 : 0)
        + (avoided ? 2 : 0)
        + (again ? 1 : 0)
        + (avoided && again ? 4 : 0);
  }

  private static boolean anyFresh(Endpoint[] endpoints, Tried tried, long now) {
    for (Endpoint endpoint : endpoints) {
      if (fresh(endpoint, tried, now)) {
        return true;
      }
    }
    return false;
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
