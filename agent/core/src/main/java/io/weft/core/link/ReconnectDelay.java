package io.weft.core.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: exponential with full jitter, so that the agents of a lost
 * replica do not come to the next one all at once. Never so long that an agent is late where
 * control was away and is back: within seconds it has new policies, and its certificate a new life.
 * Not thread-safe.
 */
public final class ReconnectDelay {

  static final Duration BASE = Duration.ofMillis(500);
  static final Duration MAX = Duration.ofSeconds(10);

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MOST_DOUBLINGS = 2;

  private final RandomGenerator random;
  private int failures;

  public ReconnectDelay(RandomGenerator random) {
    this.random = random;
  }

  /** The delay after one more failure, from zero to {@link #BASE} doubled by each one before it. */
  public Duration next() {
    long ceiling = Math.min(MAX.toNanos(), BASE.toNanos() << Math.min(failures, 16));
    failures++;
    return Duration.ofNanos(random.nextLong(ceiling + 1));
  }

  /**
   * How long to wait for the answer of a control that is tried: longer after each failure, up to 40
   * s. A replica that thousands of agents come to at once answers each of them in its turn, and
   * would never be done if those whose turn is late gave up and came anew.
   */
  public Duration patience() {
    return PATIENCE.multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS));
  }

  /** Failures since the last success. */
  int failures() {
    return failures;
  }

  /** The next failure is the first again. */
  public void succeeded() {
    failures = 0;
  }
}
