package io.weft.core.call;

import io.weft.core.balance.Cluster;
import io.weft.core.config.Source;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.explain.Stages;
import io.weft.core.retry.RetryPolicy;
import io.weft.core.route.RouteTable;
import io.weft.core.route.ShadowPolicies;
import io.weft.core.timeout.TimeoutPolicy;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A call as documents in shadow mode see it: notes where they would do otherwise than is done, and
 * does nothing. Made for calls of which there are such documents alone. Confined to the driver of
 * its call, but for reading once the call is over.
 */
final class ShadowedCall {
  private final OutboundCall call;
  private final ShadowPolicies policies;
  private boolean stream;

  private ShadowedCall(OutboundCall call, ShadowPolicies policies) {
    this.call = call;
    this.policies = policies;
  }

  /**
   * Of a call that is being routed.
   *
   * @param found by the rules that are enforced
   * @return null where nothing is in shadow mode
   */
  static @Nullable ShadowedCall of(OutboundCall call, RouteTable routes, long found) {
    RouteTable shadow = routes.shadow();
    ShadowPolicies policies =
        found < 0 ? ShadowPolicies.NONE : routes.shadows(RouteTable.index(found));
    if (shadow == null && policies.isEmpty()) {
      return null;
    }
    ShadowedCall shadowed = new ShadowedCall(call, policies);
    String says = shadow == null ? "" : routes.shadowSays(call.request(), found);
    if (shadow != null && !says.isEmpty()) {
      shadowed.note(shadow.source(), 0, says);
    }
    return shadowed;
  }

  /** An endpoint of a cluster was chosen for the next attempt. */
  void chose(Cluster cluster, Endpoint endpoint, long now, RandomGenerator chance) {
    Cluster other = policies.clusters().get(cluster);
    if (other == null) {
      return;
    }
    Endpoint would = other.choose(call, policies.hash().hash(call.request(), chance), now, chance);
    if (would != null && !would.uid().equals(endpoint.uid())) {
      note(policies.balancer(), call.attempts() + 1, "would choose " + would.uid());
    }
  }

  /** An attempt has waited until now for the head of its answer, in vain or not. */
  void waited(Attempt of, long now) {
    long took = now - of.startNanos();
    RetryPolicy retry = policies.retry();
    TimeoutPolicy timeout = policies.timeout();
    long perTry = retry == null ? 0 : retry.perTryTimeout();
    if (retry != null && perTry > 0 && took > perTry) {
      note(retry, of, "would end the attempt after " + Stages.time(perTry));
    } else if (timeout != null && timeout.perTry() > 0 && took > timeout.perTry()) {
      note(timeout, of, "would end the attempt after " + Stages.time(timeout.perTry()));
    }
    if (retry != null
        && retry.hedge().max() > 0
        && !retry.hedge().measures()
        && took > retry.hedge().delay()
        && call.request().hedgeable()
        && (!retry.idempotentOnly() || call.request().idempotent())) {
      note(retry, of, "would hedge after " + Stages.time(retry.hedge().delay()));
    }
  }

  /** The call goes on to another attempt. */
  void triesAgain(Attempt of, int status, int grpcCode) {
    RetryPolicy retry = policies.retry();
    if (retry != null && !wouldTryAgain(retry, of, status, grpcCode)) {
      note(retry, of, "would not try again");
    }
  }

  /** The call does not go on to another attempt. */
  void isContent(Attempt of, int status, int grpcCode) {
    RetryPolicy retry = policies.retry();
    if (retry != null && wouldTryAgain(retry, of, status, grpcCode)) {
      note(retry, of, "would try again");
    }
  }

  private boolean wouldTryAgain(RetryPolicy retry, Attempt of, int status, int grpcCode) {
    Failure failure = of.failure();
    boolean worth =
        failure != null
            ? retry.retries(failure)
            : call.request().protocol() == Protocol.GRPC
                ? grpcCode > 0 && retry.retriesGrpcCode(grpcCode)
                : retry.retriesStatus(status);
    int most =
        of.sent() && call.cause > 1
            ? Math.min(retry.attempts(), retry.attemptsIfRetried())
            : retry.attempts();
    return worth
        && call.attempts() < most
        && call.request().replayable()
        && (!of.sent() || !retry.idempotentOnly() || call.request().idempotent());
  }

  /** The answer is a stream, whose `request` timeout ends at its head. */
  void streams(long now) {
    ended(now);
    stream = true;
  }

  /** The call is about to end. */
  void ended(long now) {
    for (Attempt of = call.attempt; of != null; of = of.previous()) {
      if (!of.isOver() && of != call.committed) {
        waited(of, now);
      }
    }
    TimeoutPolicy timeout = policies.timeout();
    if (timeout != null
        && timeout.request() > 0
        && !stream
        && now - call.startNanos() > timeout.request()) {
      note(
          timeout.source(),
          number(call.lastAttempt()),
          "would end it after " + Stages.time(timeout.request()));
    }
  }

  private static int number(@Nullable Attempt of) {
    return of == null ? 0 : of.number();
  }

  private void note(RetryPolicy by, Attempt of, String says) {
    note(by.source(), of.number(), says);
  }

  private void note(TimeoutPolicy by, Attempt of, String says) {
    note(by.source(), of.number(), says);
  }

  private void note(Source by, int attempt, String says) {
    Verdict verdict = new Verdict(by, true, by.kind().toLowerCase(Locale.ROOT), says, attempt);
    // What it would have done once, it would not have done again.
    if (!call.verdicts().contains(verdict)) {
      call.verdict(verdict);
    }
  }
}
