package io.weft.core.balance;

import io.weft.core.endpoint.Endpoint;
import io.weft.core.health.HealthChecks;
import io.weft.core.health.HealthPolicy;
import io.weft.core.outlier.OutlierPolicy;
import io.weft.core.outlier.Outliers;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that a backend stands for: those of a service, on one of its ports, that carry the
 * backend's labels. Lives as long as some config names it, so that its place in the round outlives
 * pushes. Thread-safe; choosing takes no lock and allocates nothing.
 */
public final class Cluster {
  private final String name;
  private final Balancing balancing;
  private final Outliers outliers;
  private final HealthChecks checks;
  private final List<AtomicInteger> cursors;
  private volatile Members members = Members.NONE;

  /**
   * @param outliers what is known of its endpoints, if the balancing has them watched
   * @param checks what is known of them, if it has them checked
   */
  public Cluster(String name, Balancing balancing, Outliers outliers, HealthChecks checks) {
    this.name = name;
    this.balancing = balancing;
    this.outliers = outliers;
    this.checks = checks;
    this.cursors = Stream.generate(AtomicInteger::new).limit(balancing.rounds()).toList();
  }

  /**
   * The service with its port and labels, as it stands in reasons: {@code
   * default/stock{version=v2}}.
   */
  public String name() {
    return name;
  }

  /** Whether its endpoints are watched, and none is really passed over. */
  public boolean watchesInShadow() {
    OutlierPolicy policy = balancing.outliers();
    return policy != null && policy.shadow();
  }

  /** By what its endpoints are chosen. */
  public Algorithm algorithm() {
    return balancing.algorithm();
  }

  /** Replaces the members. */
  public void members(List<Endpoint> endpoints) {
    OutlierPolicy policy = balancing.outliers();
    List<Endpoint> watched =
        policy == null ? endpoints : outliers.watch(endpoints, policy, balancing.panicPercent());
    HealthPolicy checkedBy = balancing.checks();
    members =
        Members.of(
            checkedBy == null
                ? watched
                : checks.watch(watched, checkedBy, balancing.panicPercent()),
            balancing,
            cursors);
  }

  /** How many endpoints there are, lost ones included. */
  public int size() {
    Members current = members;
    return current.live.length + current.lost.length;
  }

  /**
   * Chooses an endpoint: if at all possible one that was not tried in this call, has not just
   * refused a connection and is not passed over; else one that was tried; else one that refused or
   * is passed over; else one that control has lost.
   *
   * @param hash of what the request is to stick by, where the algorithm takes one
   * @return null if there is none at all
   */
  public @Nullable Endpoint choose(Tried tried, long hash, long now, RandomGenerator chance) {
    Members current = members;
    if (current.live.length == 1 && current.lost.length == 0) {
      return current.live[0];
    }
    Choice choice = current.choice;
    Endpoint chosen = choice == null ? null : choice.choose(tried, hash, now, chance);
    return chosen != null ? chosen : leastBad(current, tried, now, chance);
  }

  /** How one of them is chosen just now, in words. */
  public String says(long now) {
    Choice choice = members.choice;
    String parts = choice == null ? "" : choice.says(now);
    return parts.isEmpty() ? algorithm().toString() : algorithm() + ", " + parts;
  }

  /** All there is to choose from, with what speaks against each just now. */
  public List<Candidate> candidates(Tried tried, long now) {
    Members current = members;
    return Stream.concat(Stream.of(current.live), Stream.of(current.lost))
        .map(endpoint -> new Candidate(endpoint, objection(current, endpoint, tried, now)))
        .toList();
  }

  private static String objection(Members current, Endpoint endpoint, Tried tried, long now) {
    if (endpoint.lost()) {
      return "control has lost it";
    }
    if (Choice.isFresh(endpoint, tried, now)) {
      return current.choice == null ? "" : current.choice.objection(endpoint, now);
    }
    if (endpoint.load().avoided(now)) {
      return "it refused a connection a moment ago";
    }
    return endpoint.health().passedOver(now)
        ? endpoint.health().says(now)
        : "this call has tried it";
  }

  /**
   * An endpoint that there is to choose from.
   *
   * @param objection why another is taken if there is one, in words; empty if nothing speaks
   *     against it
   */
  public record Candidate(Endpoint endpoint, String objection) {}

  /** The endpoint of an instance; null if it is none of these, or lost. */
  public @Nullable Endpoint find(String uid) {
    return members.byUid.get(uid);
  }

  /** Whether {@link #choose} would find one that was neither tried nor has just refused. */
  public boolean hasFresh(Tried tried, long now) {
    Members current = members;
    return anyFresh(current.live, tried, now) || anyFresh(current.lost, tried, now);
  }

  /** An attempt at one of them was answered, the head of its answer after so long. */
  public void answered(Endpoint endpoint, long tookNanos, long now) {
    endpoint.load().connected();
    Choice choice = members.choice;
    if (choice != null) {
      choice.answered(endpoint, tookNanos, now);
    }
  }

  /** An attempt at one of them got no answer, and was given up after so long. */
  public void unanswered(Endpoint endpoint, long tookNanos, long now) {
    Choice choice = members.choice;
    if (choice != null) {
      choice.unanswered(endpoint, tookNanos, now);
    }
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
    boolean shunned = endpoint.isShunned(now);
    boolean again = tried.contains(endpoint);
    return (endpoint.lost() ? 4 : 0)
        + (shunned ? 2 : 0)
        + (again ? 1 : 0)
        + (shunned && again ? 4 : 0);
  }

  private static boolean anyFresh(Endpoint[] endpoints, Tried tried, long now) {
    for (Endpoint endpoint : endpoints) {
      if (Choice.isFresh(endpoint, tried, now)) {
        return true;
      }
    }
    return false;
  }

  /** What a call has tried so far. */
  public interface Tried {
    /** Nothing yet. */
    Tried NOTHING = endpoint -> false;

    boolean contains(Endpoint endpoint);
  }
}
