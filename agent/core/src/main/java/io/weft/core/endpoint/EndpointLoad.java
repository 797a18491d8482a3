package io.weft.core.endpoint;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What this JVM knows of an endpoint beyond its record: attempts in flight, how soon it answers,
 * how long it has been known, and whether its connections were refused a moment ago. Survives
 * pushes. Thread-safe.
 */
public final class EndpointLoad {
  // Long enough for control to say LOST, short enough that a restart is noticed.
  private static final long AVOID_NANOS = 3_000_000_000L;

  // After so long, about a third of what a latency weighed is left of it.
  private static final double DECAY_NANOS = 10_000_000_000.0;
  // What is not answered at all counts as slow, else a broken endpoint would draw all calls.
  private static final long NO_ANSWER_NANOS = 1_000_000_000L;
  // More than anything measured: one call at a time finds out how soon a new endpoint answers.
  private static final double UNKNOWN_NANOS = 30_000_000_000.0;

  private final AtomicInteger inFlight = new AtomicInteger();
  // Written by whoever was answered last: of two at once, one may count for nothing.
  private volatile double latencyNanos;
  private volatile long latencyAt;
  private volatile boolean seen;
  private volatile long seenAt;
  private volatile boolean avoided;
  private volatile long avoidedUntil;
  private volatile @Nullable Object kept;

  /** A slot for what whoever connects keeps with an endpoint, such as its address. */
  public @Nullable Object kept() {
    return kept;
  }

  /** Fills the slot; of two at once, one is made for nothing. */
  public void keep(Object made) {
    kept = made;
  }

  /** An attempt began. */
  public void begin() {
    inFlight.incrementAndGet();
  }

  /** An attempt ended, once for each {@link #begin}. */
  public void end() {
    inFlight.decrementAndGet();
  }

  /** Attempts in flight. */
  public int inFlight() {
    return inFlight.get();
  }

  /** An attempt was answered, the head of its answer after so long. */
  public void answered(long tookNanos, long now) {
    double before = latencyNanos;
    double fresh = tookNanos;
    if (before > 0 && fresh < before) {
      double kept = Math.exp(-Math.max(0, now - latencyAt) / DECAY_NANOS);
      fresh = before * kept + fresh * (1 - kept);
    }
    latencyAt = now;
    latencyNanos = fresh;
  }

  /** An attempt got no answer, after so long. */
  public void unanswered(long tookNanos, long now) {
    answered(Math.max(tookNanos, NO_ANSWER_NANOS), now);
  }

  /**
   * What it would cost to call it: its latency, times what is in flight and the call itself. The
   * latency is an average weighted by age that follows a rise at once and a fall slowly (the peak
   * EWMA of Finagle and Linkerd), and fades while nobody calls.
   */
  public double cost(long now) {
    int flying = inFlight.get();
    double latency = latencyNanos;
    if (latency == 0) {
      return flying == 0 ? 0 : UNKNOWN_NANOS * flying;
    }
    return latency * Math.exp(-Math.max(0, now - latencyAt) / DECAY_NANOS) * (flying + 1);
  }

  /** For how long this process has been able to choose it: 0 when first asked. */
  public long ageNanos(long now) {
    if (!seen) {
      seenAt = now;
      seen = true;
    }
    return now - seenAt;
  }

  /** A connection could not be made: all calls of this JVM look elsewhere first for a while. */
  public void connectFailed(long now) {
    avoidedUntil = now + AVOID_NANOS;
    avoided = true;
  }

  /** A connection was made: the endpoint is as good as the others again. */
  public void connected() {
    if (avoided) {
      avoided = false;
    }
  }

  /** Whether to look elsewhere first. */
  public boolean avoided(long now) {
    return avoided && avoidedUntil - now > 0;
  }
}
