package io.weft.core.outlier;

import io.weft.core.endpoint.Outcome;
import java.util.concurrent.atomic.AtomicInteger;

/** What is known of one endpoint. Thread-safe, but for what the lock of its set guards. */
final class Host {
  final String authority;

  private final AtomicInteger errors = new AtomicInteger();
  private final AtomicInteger gatewayErrors = new AtomicInteger();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicInteger tries = new AtomicInteger();
  private final AtomicInteger good = new AtomicInteger();

  private volatile boolean everEjected;
  private volatile long until;
  // Guarded by the lock of the set.
  private int ejections;

  Host(String authority) {
    this.authority = authority;
  }

  /** Whether it is out, unless too many are. */
  boolean ejected(long now) {
    return everEjected && until - now > 0;
  }

  /** Whether it has been out. */
  boolean wasEjected() {
    return everEjected;
  }

  /** When its latest ejection ends. */
  long until() {
    return until;
  }

  /**
   * Counts a try.
   *
   * @return why it is to be ejected; empty if it is not
   */
  String count(Outcome outcome, OutlierPolicy policy) {
    if (policy.successRate() != null) {
      tries.incrementAndGet();
      if (outcome == Outcome.ANSWERED) {
        good.incrementAndGet();
      }
    }
    boolean apart = policy.consecutiveLocalOriginFailures() > 0;
    switch (outcome) {
      case ANSWERED -> {
        clear(errors);
        clear(gatewayErrors);
        clear(unanswered);
      }
      case SERVER_ERROR -> {
        errors.incrementAndGet();
        clear(gatewayErrors);
        clear(unanswered);
      }
      case GATEWAY_ERROR -> {
        errors.incrementAndGet();
        gatewayErrors.incrementAndGet();
        clear(unanswered);
      }
      case NO_ANSWER -> {
        if (apart) {
          unanswered.incrementAndGet();
        } else {
          errors.incrementAndGet();
          gatewayErrors.incrementAndGet();
        }
      }
    }
    if (reached(errors, policy.consecutive5xx())) {
      return "consecutive 5xx";
    }
    if (reached(gatewayErrors, policy.consecutiveGatewayErrors())) {
      return "consecutive gateway errors";
    }
    return reached(unanswered, policy.consecutiveLocalOriginFailures())
        ? "consecutive local origin failures"
        : "";
  }

  /** The tries since it was last asked, and how many of them were good. */
  Rate takeRate() {
    int all = tries.getAndSet(0);
    return new Rate(this, all, Math.min(all, good.getAndSet(0)));
  }

  /** Throws it out; only with the lock held. */
  void eject(OutlierPolicy policy, long now) {
    long calm = everEjected ? Math.max(0, (now - until) / policy.intervalNanos()) : 0;
    ejections = (int) Math.max(0, ejections - calm) + 1;
    until = now + policy.ejectionNanos(ejections);
    everEjected = true;
    // It comes back with a clean slate.
    clear(errors);
    clear(gatewayErrors);
    clear(unanswered);
  }

  private static boolean reached(AtomicInteger count, int limit) {
    return limit > 0 && count.get() >= limit;
  }

  private static void clear(AtomicInteger count) {
    if (count.get() != 0) {
      count.set(0);
    }
  }

  record Rate(Host host, int tries, int good) {
    double percent() {
      return 100.0 * good / tries;
    }
  }
}
