package io.weft.core.retry;

import java.util.random.RandomGenerator;

/**
 * Exponential backoff with full jitter: before retry n, a time drawn evenly from nothing to {@code
 * min(max, base * 2^(n-1))}, so that callers who failed together do not come back together.
 *
 * @param base nanoseconds
 * @param max nanoseconds, not less than base
 */
public record Backoff(long base, long max) {
  /** No pause. */
  public static final Backoff NONE = new Backoff(0, 0);

  /** Nanoseconds to wait before a retry, the first being 1. */
  public long beforeRetry(int retry, RandomGenerator chance) {
    long ceiling = ceiling(retry);
    return ceiling == 0 ? 0 : chance.nextLong(ceiling + 1);
  }

  private long ceiling(int retry) {
    int doublings = Math.min(retry - 1, 62);
    return base > max >> doublings ? max : base << doublings;
  }
}
