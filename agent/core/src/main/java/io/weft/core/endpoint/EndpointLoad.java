package io.weft.core.endpoint;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What this JVM knows of an endpoint beyond its record: attempts in flight, and whether its
 * connections were refused a moment ago. Survives pushes. Thread-safe.
 */
public final class EndpointLoad {
  // Long enough for control to say LOST, short enough that a restart is noticed.
  private static final long AVOID_NANOS = 3_000_000_000L;

  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile boolean avoided;
  private volatile long avoidedUntil;

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
