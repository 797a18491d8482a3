package io.weft.core.limit;

/**
 * A limit that latencies move: while calls take about as long as usual it grows by the root of
 * itself, and when they take longer it shrinks by as much (Netflix's Gradient2, with the headroom
 * of Envoy's adaptive concurrency). Thread-safe, without a lock: of two samples at once, one may
 * count for nothing.
 */
final class Gradient {
  private static final double FIRST = 20;
  // Usual is the average of about so many calls.
  private static final int WINDOW = 600;
  private static final int WARM_UP = 10;
  // Slower than usual by that is still as usual.
  private static final double TOLERANCE = 1.5;
  private static final double STEEPEST = 0.5;
  private static final double WEIGHT = 0.2;
  private static final double AFTER_FAILURE = 0.9;

  private final double least;
  private final double most;
  private volatile double limit;
  private volatile double usual;
  private volatile int samples;

  Gradient(int least, int most) {
    this.least = least;
    this.most = most;
    this.limit = within(FIRST);
  }

  int limit() {
    return (int) limit;
  }

  /** A call was answered after so long, while so many were in flight. */
  void answered(long tookNanos, int inFlight) {
    double took = Math.max(1, tookNanos);
    int count = Math.min(samples + 1, WINDOW);
    samples = count;
    double average = usual + (took - usual) / (count < WARM_UP ? count : (count + 1) / 2.0);
    // What has become quicker for good is to be usual soon.
    usual = average > 2 * took ? average * 0.95 : average;
    double now = limit;
    // Where nobody asks for more, nothing is learned about more.
    if (inFlight * 2 < now) {
      return;
    }
    double gradient = Math.max(STEEPEST, Math.min(1, TOLERANCE * average / took));
    double next = now * gradient + Math.sqrt(now);
    limit = within(now * (1 - WEIGHT) + next * WEIGHT);
  }

  /** A call was not answered. */
  void unanswered() {
    limit = within(limit * AFTER_FAILURE);
  }

  private double within(double value) {
    return Math.max(least, Math.min(most, value));
  }
}
