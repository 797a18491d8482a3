package io.weft.core.outlier;

import io.weft.core.endpoint.Endpoint;
import io.weft.core.endpoint.EndpointHealth;
import io.weft.core.endpoint.Outcome;
import io.weft.core.outlier.Host.Rate;
import io.weft.core.outlier.OutlierPolicy.SuccessRate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that one OutlierDetection watches for one set of endpoints, and who of them is
 * ejected. Survives pushes. Guarantees:
 *
 * <ul>
 *   <li>no more are passed over at once than the policy allows, whatever has come or gone since
 *       they were ejected: those whose time ends first are let back early;
 *   <li>nobody is passed over while that would leave fewer than the panic threshold, or none.
 * </ul>
 *
 * <p>Thread-safe. Asking and counting take no lock; ejecting takes one for a moment.
 */
public final class Outliers {
  private static final long NEVER = Long.MIN_VALUE;

  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicLong compareAt = new AtomicLong(NEVER);
  // Guarded by the lock.
  private Map<String, Host> hosts = Map.of();
  private Host[] live = new Host[0];
  private volatile Out out = new Out(0, new Host[0]);

  /** Who is or was ejected, of those that control has not lost. Immutable. */
  private static final class Out {
    private final int live;
    // Whose time ends last comes first.
    private final Host[] ejected;

    Out(int live, Host[] ejected) {
      this.live = live;
      this.ejected = ejected;
    }

    int count(long now) {
      int count = 0;
      for (Host each : ejected) {
        count += each.ejected(now) ? 1 : 0;
      }
      return count;
    }
  }

  /**
   * The same endpoints, watched from now on. What is known of those that were there before is kept.
   *
   * @param panicPercent as long as fewer are left nobody is passed over
   */
  public List<Endpoint> watch(List<Endpoint> endpoints, OutlierPolicy policy, double panicPercent) {
    List<Endpoint> watched = new ArrayList<>(endpoints.size());
    lock.lock();
    try {
      Map<String, Host> known = new HashMap<>();
      List<Host> counted = new ArrayList<>();
      for (Endpoint endpoint : endpoints) {
        String key = endpoint.uid() + " " + endpoint.authority();
        Host before = hosts.get(key);
        Host host = before != null ? before : new Host(endpoint.authority());
        known.put(key, host);
        if (!endpoint.lost()) {
          counted.add(host);
        }
        watched.add(endpoint.watched(new Watched(host, policy, panicPercent)));
      }
      hosts = known;
      live = counted.toArray(Host[]::new);
      publish(Arrays.stream(live).filter(Host::wasEjected).toArray(Host[]::new));
    } finally {
      lock.unlock();
    }
    return watched;
  }

  private void publish(Host[] ejected) {
    // By what is left, as clocks of this kind may run over.
    long origin = ejected.length == 0 ? 0 : ejected[0].until();
    Arrays.sort(ejected, Comparator.comparingLong((Host host) -> origin - host.until()));
    out = new Out(live.length, ejected);
  }

  private boolean passedOver(Host host, OutlierPolicy policy, double panicPercent, long now) {
    if (!host.ejected(now)) {
      return false;
    }
    Out current = out;
    int ejected = 0;
    int place = Integer.MAX_VALUE;
    for (Host each : current.ejected) {
      if (each == host) {
        place = ejected;
      }
      if (each.ejected(now)) {
        ejected++;
      }
    }
    int allowed = policy.allowed(current.live);
    int healthy = current.live - Math.min(ejected, allowed);
    return place < allowed && healthy > 0 && healthy * 100.0 >= panicPercent * current.live;
  }

  private @Nullable String told(Host host, Outcome outcome, OutlierPolicy policy, long now) {
    // What was on its way when it was ejected says nothing new.
    if (host.ejected(now)) {
      return null;
    }
    String why = host.count(outcome, policy);
    String ejected = why.isEmpty() ? null : eject(List.of(host), why, policy, now);
    SuccessRate rates = policy.successRate();
    if (ejected == null && rates != null && isTimeToCompare(policy, now)) {
      return compare(rates, policy, now);
    }
    return ejected;
  }

  private boolean isTimeToCompare(OutlierPolicy policy, long now) {
    long at = compareAt.get();
    if (at == NEVER) {
      compareAt.compareAndSet(NEVER, now + policy.intervalNanos());
      return false;
    }
    return at - now <= 0 && compareAt.compareAndSet(at, now + policy.intervalNanos());
  }

  // As Envoy does it: less than the mean by so many standard deviations; the worst goes first.
  private @Nullable String compare(SuccessRate rates, OutlierPolicy policy, long now) {
    List<Rate> enough = new ArrayList<>();
    for (Host host : hosts()) {
      Rate rate = host.takeRate();
      if (rate.tries() >= rates.requestVolume()) {
        enough.add(rate);
      }
    }
    if (enough.isEmpty() || enough.size() < rates.minimumHosts()) {
      return null;
    }
    double mean = enough.stream().mapToDouble(Rate::percent).average().orElse(0);
    double variance =
        enough.stream().mapToDouble(rate -> Math.pow(rate.percent() - mean, 2)).average().orElse(0);
    double least = mean - rates.stdevFactor() * Math.sqrt(variance);
    List<Host> worst =
        enough.stream()
            .filter(rate -> rate.percent() < least)
            .sorted(Comparator.comparingDouble(Rate::percent))
            .map(Rate::host)
            .toList();
    return worst.isEmpty() ? null : eject(worst, "success rate", policy, now);
  }

  private Host[] hosts() {
    lock.lock();
    try {
      return live;
    } finally {
      lock.unlock();
    }
  }

  /** Ejects as many of these as may be, in this order. */
  private @Nullable String eject(
      List<Host> candidates, String why, OutlierPolicy policy, long now) {
    Out current = out;
    if (current.count(now) >= policy.allowed(current.live)) {
      return null;
    }
    StringBuilder told = new StringBuilder();
    lock.lock();
    try {
      List<Host> ejected = new ArrayList<>();
      for (Host host : live) {
        if (host.ejected(now)) {
          ejected.add(host);
        }
      }
      for (Host host : candidates) {
        if (ejected.size() < policy.allowed(live.length)
            && !ejected.contains(host)
            && Arrays.asList(live).contains(host)) {
          host.eject(policy, now);
          ejected.add(host);
          told.append(told.isEmpty() ? "" : ", ")
              .append(host.authority)
              .append(" for ")
              .append(TimeUnit.NANOSECONDS.toMillis(host.until() - now))
              .append(" ms");
        }
      }
      if (!told.isEmpty()) {
        publish(ejected.toArray(Host[]::new));
      }
    } finally {
      lock.unlock();
    }
    return told.isEmpty() ? null : told.append(": ").append(why).toString();
  }

  /** One endpoint under one policy. */
  private final class Watched implements EndpointHealth {
    private final Host host;
    private final OutlierPolicy policy;
    private final double panicPercent;

    Watched(Host host, OutlierPolicy policy, double panicPercent) {
      this.host = host;
      this.policy = policy;
      this.panicPercent = panicPercent;
    }

    @Override
    public boolean passedOver(long now) {
      return !policy.shadow() && Outliers.this.passedOver(host, policy, panicPercent, now);
    }

    @Override
    public boolean wouldBePassedOver(long now) {
      return policy.shadow() && Outliers.this.passedOver(host, policy, panicPercent, now);
    }

    @Override
    public String says(long now) {
      if (!host.ejected(now)) {
        return "";
      }
      String left = TimeUnit.NANOSECONDS.toMillis(host.until() - now) + " ms more";
      if (!Outliers.this.passedOver(host, policy, panicPercent, now)) {
        return policy.document() + " would eject it, but too few would be left; for " + left;
      }
      return policy.document() + (policy.shadow() ? " would eject" : " ejects") + " it for " + left;
    }

    @Override
    public @Nullable String told(Outcome outcome, long now) {
      return Outliers.this.told(host, outcome, policy, now);
    }
  }
}
