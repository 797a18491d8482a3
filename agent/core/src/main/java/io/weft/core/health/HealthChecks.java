package io.weft.core.health;

import io.weft.core.call.Alarms.Alarm;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.endpoint.EndpointHealth;
import io.weft.core.endpoint.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that one HealthCheck checks for one set of endpoints, and who of them is unhealthy.
 * Survives pushes. Guarantees:
 *
 * <ul>
 *   <li>an endpoint is healthy until so many checks in a row say something else;
 *   <li>nobody is passed over while that would leave fewer than the panic threshold, or none, those
 *       counted whom others pass over;
 *   <li>all callers together check an endpoint {@value #MOST_CHECKS} times an interval at most: of
 *       more callers each checks as much more seldom.
 * </ul>
 *
 * <p>Thread-safe. Asking takes no lock; what comes of a check takes one for a moment.
 */
public final class HealthChecks {
  static final int MOST_CHECKS = 10;

  // From one check to the next, so much less or more than the interval.
  private static final double JITTER = 0.1;

  private final String cluster;
  private final Checkups checkups;
  private final IntSupplier callers;
  private final ReentrantLock lock = new ReentrantLock();
  // Guarded by the lock.
  private Map<String, Checked> endpoints = Map.of();
  private @Nullable HealthPolicy policy;
  private volatile Standing standing = new Standing(0, 0, List.of());

  /**
   * How all of them are. Immutable.
   *
   * @param live how many control has not lost
   * @param others what others who watch them think of the healthy ones
   */
  private record Standing(int live, int unhealthy, List<EndpointHealth> others) {
    boolean isPanic(double panicPercent, long now) {
      int left = live - unhealthy;
      for (int i = 0; i < others.size(); i++) {
        left -= others.get(i).passedOver(now) ? 1 : 0;
      }
      return left <= 0 || left * 100.0 < panicPercent * live;
    }
  }

  /**
   * @param cluster how the set is called
   * @param callers how many processes call the service, as far as is known
   */
  public HealthChecks(String cluster, Checkups checkups, IntSupplier callers) {
    this.cluster = cluster;
    this.checkups = checkups;
    this.callers = callers;
  }

  /**
   * The same endpoints, checked from now on. What is known of those that were there before is kept.
   *
   * @param panicPercent as long as fewer are left nobody is passed over
   */
  public List<Endpoint> watch(List<Endpoint> all, HealthPolicy with, double panicPercent) {
    List<Endpoint> watched = new ArrayList<>(all.size());
    lock.lock();
    try {
      boolean another = policy == null || !policy.equals(with);
      policy = with;
      Map<String, Checked> known = new HashMap<>();
      for (Endpoint endpoint : all) {
        String key = endpoint.uid() + " " + endpoint.authority();
        Checked before = endpoints.get(key);
        Checked checked = before == null ? new Checked() : before;
        checked.endpoint = endpoint;
        known.put(key, checked);
        if (another || !checked.begun) {
          checked.begin(with);
        }
        watched.add(endpoint.watched(new Watched(checked, endpoint.health(), with, panicPercent)));
      }
      endpoints.forEach(
          (key, gone) -> {
            if (known.get(key) != gone) {
              gone.end();
            }
          });
      endpoints = known;
      publish();
    } finally {
      lock.unlock();
    }
    return watched;
  }

  /** Nobody uses them any more. */
  public void close() {
    lock.lock();
    try {
      endpoints.values().forEach(Checked::end);
      endpoints = Map.of();
      policy = null;
    } finally {
      lock.unlock();
    }
  }

  // With the lock held.
  private void publish() {
    int live = 0;
    int unhealthy = 0;
    List<EndpointHealth> others = new ArrayList<>();
    for (Checked each : endpoints.values()) {
      Endpoint endpoint = each.endpoint;
      if (endpoint == null || endpoint.lost()) {
        continue;
      }
      live++;
      if (each.unhealthy) {
        unhealthy++;
      } else if (endpoint.health() != EndpointHealth.UNWATCHED) {
        others.add(endpoint.health());
      }
    }
    standing = new Standing(live, unhealthy, List.copyOf(others));
  }

  private long interval(HealthPolicy with) {
    int turns = Math.max(1, (callers.getAsInt() + MOST_CHECKS - 1) / MOST_CHECKS);
    return with.intervalNanos() * turns;
  }

  /** What is known of one endpoint. Its fields are guarded by the lock, but for those of calls. */
  private final class Checked {
    private @Nullable Endpoint endpoint;
    private @Nullable Alarm next;
    private boolean begun;
    // Counts beginnings, so that what was asked before one is not heard.
    private int round;
    private int inRow;
    private volatile boolean unhealthy;
    private volatile String why = "";

    /** Sometime within the first interval, so that those who begin together do not all ask. */
    void begin(HealthPolicy with) {
      end();
      begun = true;
      schedule((long) (interval(with) * checkups.chance().getAsDouble()));
    }

    void end() {
      begun = false;
      round++;
      if (next != null) {
        next.cancel();
        next = null;
      }
    }

    private void schedule(long delay) {
      int mine = round;
      next = checkups.alarms().at(checkups.alarms().nanoTime() + delay, () -> check(mine));
    }

    private void check(int mine) {
      Endpoint asked;
      HealthPolicy with;
      lock.lock();
      try {
        asked = endpoint;
        with = policy;
        if (mine != round || asked == null || with == null) {
          return;
        }
        next = null;
      } finally {
        lock.unlock();
      }
      long at = checkups.alarms().nanoTime();
      if (asked.lost()) {
        found(Finding.NOT_ASKED, mine, at);
      } else {
        checkups
            .prober()
            .ask(asked, with.probe(), with.timeoutNanos(), found -> found(found, mine, at));
      }
    }

    private void found(Finding finding, int asked, long at) {
      HealthChange change;
      lock.lock();
      try {
        HealthPolicy with = policy;
        Endpoint of = endpoint;
        // What was asked before something changed says nothing any more.
        if (asked != round || with == null || of == null) {
          return;
        }
        change = take(finding, of, with);
        double jitter = 1 - JITTER + 2 * JITTER * checkups.chance().getAsDouble();
        long took = checkups.alarms().nanoTime() - at;
        schedule(Math.max(0, (long) (interval(with) * jitter) - took));
      } finally {
        lock.unlock();
      }
      if (change != null) {
        checkups.told().accept(change);
      }
    }

    private @Nullable HealthChange take(Finding finding, Endpoint of, HealthPolicy with) {
      boolean bad = finding.kind() == Finding.Kind.UNWELL;
      if (bad) {
        why = finding.says();
      }
      if (finding.kind() == Finding.Kind.NOT_ASKED || bad == unhealthy) {
        inRow = 0;
        return null;
      }
      inRow++;
      if (inRow < (bad ? with.unhealthyThreshold() : with.healthyThreshold())) {
        return null;
      }
      inRow = 0;
      unhealthy = bad;
      publish();
      return new HealthChange(
          cluster, with.document(), with.shadow(), of.authority(), !bad, finding.says());
    }
  }

  /** One endpoint under one policy. */
  private final class Watched implements EndpointHealth {
    private final Checked checked;
    private final EndpointHealth others;
    private final HealthPolicy with;
    private final double panicPercent;

    Watched(Checked checked, EndpointHealth others, HealthPolicy with, double panicPercent) {
      this.checked = checked;
      this.others = others;
      this.with = with;
      this.panicPercent = panicPercent;
    }

    private boolean isOut(long now) {
      return checked.unhealthy && !standing.isPanic(panicPercent, now);
    }

    @Override
    public boolean passedOver(long now) {
      return (!with.shadow() && isOut(now)) || others.passedOver(now);
    }

    @Override
    public boolean wouldBePassedOver(long now) {
      return (with.shadow() && isOut(now)) || others.wouldBePassedOver(now);
    }

    @Override
    public boolean failsChecks() {
      return checked.unhealthy;
    }

    @Override
    public String says(long now) {
      String all = others.says(now);
      if (!checked.unhealthy) {
        return all;
      }
      String says =
          with.document()
              + (with.shadow() ? " would find" : " finds")
              + " it unhealthy: "
              + checked.why
              + (isOut(now) ? "" : ", but too few would be left");
      return all.isEmpty() ? says : says + "; " + all;
    }

    @Override
    public @Nullable String told(Outcome outcome, long now) {
      return others.told(outcome, now);
    }
  }
}
