package io.weft.control.share;

import io.weft.api.v1.RateDemand;
import io.weft.api.v1.RateLimit;
import io.weft.api.v1.RateShare;
import io.weft.control.compile.ServiceId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/**
 * What agents are told of their parts in the limits of their services, and when. Confined to the
 * loop.
 */
public final class RateShares {
  /** A replica that has just started hears all agents before it changes anybody's part. */
  private static final Duration LISTENS_FIRST = Duration.ofSeconds(3);

  /** A change of this part of a part is not worth telling. */
  private static final double SMALL = 0.01;

  private final Shares shares;
  private final LongSupplier nanoTime;
  private final Function<ServiceId, RateLimit> limits;
  private final ToIntFunction<ServiceId> instances;
  private final long since;
  private final Map<String, Rate> rates = new HashMap<>();

  /**
   * @param limits the policy of a service
   * @param instances how many instances of a service can be called
   */
  public RateShares(
      Shares shares,
      LongSupplier nanoTime,
      Function<ServiceId, RateLimit> limits,
      ToIntFunction<ServiceId> instances) {
    this.shares = shares;
    this.nanoTime = nanoTime;
    this.limits = limits;
    this.instances = instances;
    this.since = nanoTime.getAsLong();
  }

  /** What an agent that knows no part of its own begins with. */
  public RateShare first(ServiceId service) {
    return RateShare.newBuilder()
        .setShare(shares.first(service, instances.applyAsInt(service)))
        .setFirst(true)
        .build();
  }

  /**
   * An agent tells how much its instance was asked.
   *
   * @return what it is to be told; empty if its part stays as it is
   */
  public Optional<RateShare> reported(
      ServiceId service, String uid, RateDemand demand, long intervalMillis) {
    RateLimit limit = limits.apply(service);
    if (limit.getScope() != RateLimit.Scope.GLOBAL || intervalMillis <= 0) {
      gone(service, uid);
      return Optional.empty();
    }
    double seconds = intervalMillis / 1e3;
    double share =
        shares.demand(
            service,
            uid,
            Limit.of(limit),
            new Demand(demand.getOffered(), demand.getAdmitted(), seconds),
            instances.applyAsInt(service));
    Rate before = rates.get(uid);
    boolean tells =
        nanoTime.getAsLong() - since > LISTENS_FIRST.toNanos()
            && (before == null || Math.abs(share - before.share()) > SMALL * before.share());
    double told = tells ? share : before == null ? 0 : before.share();
    rates.put(
        uid,
        new Rate(
            source(limit), told, demand.getOffered() / seconds, demand.getAdmitted() / seconds));
    return tells ? Optional.of(RateShare.newBuilder().setShare(share).build()) : Optional.empty();
  }

  /** An agent is no longer connected here. */
  public void gone(ServiceId service, String uid) {
    shares.gone(service, uid);
    rates.remove(uid);
  }

  /** What is known of an agent's part; empty if it has none. */
  public Optional<Rate> rate(String uid) {
    return Optional.ofNullable(rates.get(uid));
  }

  private static String source(RateLimit limit) {
    return limit.getSource().getKind()
        + "/"
        + limit.getSource().getNamespace()
        + "/"
        + limit.getSource().getName();
  }
}
