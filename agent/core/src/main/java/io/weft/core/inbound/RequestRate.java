package io.weft.core.inbound;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How often may be asked, by key: the generic cell rate algorithm (ITU-T I.371), of which one
 * number for each key tells all. Keys are bounded; what does not fit shares one number.
 * Thread-safe, takes no lock.
 */
final class RequestRate {
  private static final int MOST_KEYS = 10_000;
  private static final long BETWEEN_FORGETTING = TimeUnit.MILLISECONDS.toNanos(100);

  private final long nanosPerRequest;
  private final long tolerance;
  private final ConcurrentHashMap<String, AtomicLong> arrivals = new ConcurrentHashMap<>();
  private final AtomicLong others = new AtomicLong(Long.MIN_VALUE);
  private final AtomicLong nextForget = new AtomicLong(Long.MIN_VALUE);

  /**
   * @param limit requests in a period
   * @param burst requests at once
   */
  RequestRate(long limit, long periodNanos, long burst) {
    this.nanosPerRequest = Math.max(1, periodNanos / limit);
    this.tolerance = nanosPerRequest * Math.max(0, burst - 1);
  }

  /**
   * Asks for one request.
   *
   * @return 0 if it may go on; else nanoseconds until one may
   */
  long take(String key, long now) {
    AtomicLong arrival = arrivals.get(key);
    if (arrival == null) {
      if (arrivals.size() >= MOST_KEYS) {
        forget(now);
      }
      arrival =
          arrivals.size() >= MOST_KEYS
              ? others
              : arrivals.computeIfAbsent(key, k -> new AtomicLong(Long.MIN_VALUE));
    }
    while (true) {
      long expected = arrival.get();
      long early = early(expected, now);
      if (early > 0) {
        return early;
      }
      if (arrival.compareAndSet(expected, due(expected, now) + nanosPerRequest)) {
        return 0;
      }
    }
  }

  /** What {@link #take} would say, without taking anything. */
  long peek(String key, long now) {
    AtomicLong arrival = arrivals.get(key);
    if (arrival == null && arrivals.size() >= MOST_KEYS) {
      arrival = others;
    }
    return arrival == null ? 0 : Math.max(0, early(arrival.get(), now));
  }

  // Nanoseconds that a request would come too early; 0 or less if it may come.
  private long early(long expected, long now) {
    return due(expected, now) - now - tolerance;
  }

  private static long due(long expected, long now) {
    return expected == Long.MIN_VALUE || now - expected > 0 ? now : expected;
  }

  // Who has been quiet for long enough is as good as new. Looked for now and then, and not for each
  // of many strangers.
  private void forget(long now) {
    long next = nextForget.get();
    boolean early = next != Long.MIN_VALUE && now - next < 0;
    if (early || !nextForget.compareAndSet(next, now + BETWEEN_FORGETTING)) {
      return;
    }
    arrivals.values().removeIf(arrival -> now - arrival.get() > 0);
  }
}
