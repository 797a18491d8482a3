package io.weft.core.inbound;

import io.weft.api.v1.RateDemand;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often may be asked, by key: the generic cell rate algorithm (ITU-T I.371), of which one
 * number for each key tells all. Keys are bounded; what does not fit shares one number.
 *
 * <p>Of a limit that instances share, one has a part that changes. Time goes as much slower for it:
 * so nothing of what is kept for keys changes with the part, and whoever is given more gets it from
 * then on, and not for the time before. Thread-safe, takes no lock.
 */
final class RequestRate {
  private static final int MOST_KEYS = 10_000;
  private static final long BETWEEN_FORGETTING = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long NEVER = Long.MIN_VALUE;
  // Far from where sums would overflow.
  private static final long DEEPEST = Long.MAX_VALUE / 4;

  private final long nanosPerRequest;
  private final long burst;
  private final boolean counts;
  // By key the time, as it goes here, up to which all has been spent.
  private final ConcurrentHashMap<String, AtomicLong> spent = new ConcurrentHashMap<>();
  private final AtomicLong others = new AtomicLong(NEVER);
  private final AtomicLong nextForget = new AtomicLong(NEVER);
  private final LongAdder offered = new LongAdder();
  private final LongAdder admitted = new LongAdder();
  private volatile Pace pace;

  /**
   * How time goes here.
   *
   * @param since when it began to go so, of the clock
   * @param time what time it was then
   * @param share nanoseconds that go by in one of the clock
   * @param depth how much of the time that has gone by unspent counts
   * @param floor time before which all counts as spent
   */
  private record Pace(long since, long time, double share, long depth, long floor) {
    long time(long now) {
      return share == 1 ? time + (now - since) : time + (long) ((now - since) * share);
    }

    long unspent(long spent, long time) {
      return time - Math.max(spent, Math.max(floor, time - depth));
    }
  }

  /**
   * @param limit requests in a period
   * @param burst requests at once
   * @param counts whether {@link #demand} will be asked for
   */
  RequestRate(long limit, long periodNanos, long burst, boolean counts, long now) {
    this.nanosPerRequest = Math.max(1, periodNanos / limit);
    this.burst = burst;
    this.counts = counts;
    this.pace = new Pace(now, 0, 1, depth(1), NEVER);
  }

  /** Has this part of the limit from now on, and of what may come at once. */
  void share(double part, long now) {
    Pace before = pace;
    long time = before.time(now);
    pace = new Pace(now, time, part, depth(part), Math.max(before.floor, time - before.depth));
  }

  /** The part of the limit that is had. */
  double share() {
    return pace.share;
  }

  // One request always fits, else a small part would let none through.
  private long depth(double share) {
    return Math.min(DEEPEST, (long) (nanosPerRequest * Math.max(1, burst * Math.min(1, share))));
  }

  /**
   * Asks for one request.
   *
   * @return 0 if it may go on; else nanoseconds until one may
   */
  long take(String key, long now) {
    if (counts) {
      offered.increment();
    }
    AtomicLong upTo = spent.get(key);
    if (upTo == null) {
      if (spent.size() >= MOST_KEYS) {
        forget(now);
      }
      upTo =
          spent.size() >= MOST_KEYS
              ? others
              : spent.computeIfAbsent(key, k -> new AtomicLong(NEVER));
    }
    Pace is = pace;
    long time = is.time(now);
    while (true) {
      long before = upTo.get();
      long unspent = is.unspent(before, time);
      if (unspent < nanosPerRequest) {
        return wait(is, unspent);
      }
      if (upTo.compareAndSet(before, time - unspent + nanosPerRequest)) {
        if (counts) {
          admitted.increment();
        }
        return 0;
      }
    }
  }

  /** What {@link #take} would say, without taking anything. */
  long peek(String key, long now) {
    AtomicLong upTo = spent.get(key);
    if (upTo == null && spent.size() >= MOST_KEYS) {
      upTo = others;
    }
    Pace is = pace;
    long unspent = is.unspent(upTo == null ? NEVER : upTo.get(), is.time(now));
    return unspent < nanosPerRequest ? wait(is, unspent) : 0;
  }

  private long wait(Pace is, long unspent) {
    return Math.max(1, (long) ((nanosPerRequest - unspent) / is.share));
  }

  /** How many asked since the last call, and how many of them went on. */
  RateDemand demand() {
    return RateDemand.newBuilder()
        .setOffered(offered.sumThenReset())
        .setAdmitted(admitted.sumThenReset())
        .build();
  }

  // Who has been quiet for long enough is as good as new. Looked for now and then, and not for each
  // of many strangers.
  private void forget(long now) {
    long next = nextForget.get();
    boolean early = next != NEVER && now - next < 0;
    if (early || !nextForget.compareAndSet(next, now + BETWEEN_FORGETTING)) {
      return;
    }
    Pace is = pace;
    long time = is.time(now);
    spent.values().removeIf(upTo -> is.unspent(upTo.get(), time) >= is.depth);
  }
}
