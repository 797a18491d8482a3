package io.weft.control.share;

import io.weft.control.compile.ServiceId;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What part of a limit each instance of a service has: as much as one limiter for all would let
 * through of its requests, which is in proportion to how many of all come to it.
 *
 * <ul>
 *   <li>A small part of each limit is shared out evenly, for those who are not asked to begin with.
 *   <li>What an instance let through less than one limiter for all would have, since it was not yet
 *       known to be asked so much, is made up for soon after; and what it let through more is taken
 *       from it again. Neither is remembered beyond the burst.
 *   <li>An instance that has not told yet how much it is asked counts as one like the others.
 * </ul>
 *
 * <p>Of the instances of other replicas only the sum must be known. Confined to one thread.
 */
public final class Shares {
  /** Part of each limit that is shared out evenly. */
  static final double RESERVE = 0.03;

  /** Agents tell at least every five seconds. */
  private static final long STALE = TimeUnit.SECONDS.toNanos(11);

  /** Replicas do every second. */
  private static final long OTHERS_STALE = TimeUnit.SECONDS.toNanos(5);

  private static final double MADE_UP_IN_SECONDS = 2;

  private final LongSupplier nanoTime;
  private final Map<ServiceId, Map<String, Account>> accounts = new HashMap<>();
  private final Map<String, Told> others = new HashMap<>();

  /** What another replica told, and when. */
  private record Told(long at, Map<ServiceId, Sum> sums) {}

  /** Of one instance. */
  private static final class Account {
    private double perSecond;
    private double owed;
    private long at;
  }

  public Shares(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** The part of an instance that has not been asked yet. */
  public double first(ServiceId service, int instances) {
    return part(0, sum(service), instances);
  }

  /**
   * Takes what an instance of this replica was asked.
   *
   * @param instances of the service, on all replicas
   * @return its part from now on, greater than 0
   */
  public double demand(
      ServiceId service, String instance, Limit limit, Demand demand, int instances) {
    Map<String, Account> all = accounts.computeIfAbsent(service, s -> new HashMap<>());
    Account account = all.get(instance);
    if (account == null) {
      account = new Account();
      account.perSecond = demand.perSecond();
      all.put(instance, account);
    } else {
      // Half of the news: what few requests tell is chance for the most part.
      account.perSecond = (account.perSecond + demand.perSecond()) / 2;
    }
    account.at = nanoTime.getAsLong();
    Sum sum = sum(service);
    double part = part(account.perSecond, sum, instances);
    if (limit.keyed()) {
      return part;
    }
    double due = demand.offered() * Math.min(1, limit.perSecond() / total(sum, instances));
    double most = limit.burst() * part;
    account.owed = Math.max(-most, Math.min(most, account.owed + due - demand.admitted()));
    double made = account.owed / (limit.perSecond() * MADE_UP_IN_SECONDS);
    return Math.max(RESERVE * even(sum, instances), Math.min(1, part + made));
  }

  private static double part(double perSecond, Sum sum, int instances) {
    double even = even(sum, instances);
    double total = total(sum, instances);
    return total > 0 ? RESERVE * even + (1 - RESERVE) * perSecond / total : even;
  }

  private static double even(Sum sum, int instances) {
    return 1.0 / Math.max(1, Math.max(instances, sum.instances()));
  }

  // Those who have not told are like those who have.
  private static double total(Sum sum, int instances) {
    return sum.instances() == 0
        ? 0
        : sum.perSecond() * Math.max(instances, sum.instances()) / sum.instances();
  }

  /** An instance is no longer connected here. */
  public void gone(ServiceId service, String instance) {
    Map<String, Account> all = accounts.get(service);
    if (all != null && all.remove(instance) != null && all.isEmpty()) {
      accounts.remove(service);
    }
  }

  /** How much the instances of this replica are asked, by service. */
  public Map<ServiceId, Sum> sums() {
    Map<ServiceId, Sum> sums = new TreeMap<>();
    for (ServiceId service : accounts.keySet()) {
      Sum own = own(service);
      if (own.instances() > 0) {
        sums.put(service, own);
      }
    }
    return sums;
  }

  /** Takes what another replica says of its instances; it holds for some seconds. */
  public void others(String replica, Map<ServiceId, Sum> sums) {
    others.put(replica, new Told(nanoTime.getAsLong(), sums));
  }

  private Sum sum(ServiceId service) {
    Sum sum = own(service);
    others.values().removeIf(told -> age(told.at()) > OTHERS_STALE);
    for (Told told : others.values()) {
      sum = sum.plus(told.sums().getOrDefault(service, Sum.NONE));
    }
    return sum;
  }

  private Sum own(ServiceId service) {
    double perSecond = 0;
    int instances = 0;
    for (Account account : accounts.getOrDefault(service, Map.of()).values()) {
      if (age(account.at) <= STALE) {
        perSecond += account.perSecond;
        instances++;
      }
    }
    return new Sum(perSecond, instances);
  }

  private long age(long at) {
    return nanoTime.getAsLong() - at;
  }
}
