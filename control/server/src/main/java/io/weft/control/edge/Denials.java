package io.weft.control.edge;

import io.weft.api.v1.DenialReport;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What agents report to have denied over the last ten minutes. At most {@value #MOST} are told
 * apart; what is beyond is counted by service, document and mode alone. Confined to one thread.
 */
public final class Denials {
  static final int MOST = 2_000;

  private static final int MINUTES = 10;
  private static final String OTHER = "other";

  private final Clock clock;
  private final Map<Key, Counts> counts = new HashMap<>();

  private record Key(String service, String caller, String policy, boolean shadow) {}

  public Denials(Clock clock) {
    this.clock = clock;
  }

  /** Adds what an agent of a service has reported. */
  public void report(String service, List<DenialReport> denials) {
    for (DenialReport each : denials) {
      Key key = new Key(service, each.getCaller(), each.getPolicy(), each.getShadow());
      if (!counts.containsKey(key) && counts.size() >= MOST) {
        forget();
        key =
            counts.size() < MOST
                ? key
                : new Key(service, OTHER, each.getPolicy(), each.getShadow());
      }
      counts.computeIfAbsent(key, k -> new Counts()).add(each.getCount(), clock.instant());
    }
  }

  /** The most frequent first. */
  public List<Denial> now() {
    forget();
    List<Denial> all = new ArrayList<>();
    counts.forEach(
        (key, count) ->
            all.add(
                new Denial(
                    key.service(),
                    key.caller(),
                    key.policy(),
                    key.shadow() ? "shadow" : "enforce",
                    count.sum(clock.instant()),
                    count.last.truncatedTo(ChronoUnit.SECONDS).toString())));
    all.sort(
        Comparator.comparingLong(Denial::count)
            .reversed()
            .thenComparing(Denial::service)
            .thenComparing(Denial::caller)
            .thenComparing(Denial::policy));
    return all;
  }

  private void forget() {
    Instant now = clock.instant();
    counts.values().removeIf(count -> count.sum(now) == 0);
  }

  /** Counts of each of the last minutes. */
  private static final class Counts {
    private final long[] byMinute = new long[MINUTES];
    private long newest = Long.MIN_VALUE;
    private Instant last = Instant.EPOCH;

    void add(long count, Instant now) {
      turn(minute(now));
      byMinute[slot(newest)] += count;
      last = now;
    }

    long sum(Instant now) {
      turn(minute(now));
      long sum = 0;
      for (long count : byMinute) {
        sum += count;
      }
      return sum;
    }

    private void turn(long minute) {
      for (long each = Math.max(newest + 1, minute - MINUTES + 1); each <= minute; each++) {
        byMinute[slot(each)] = 0;
      }
      newest = Math.max(newest, minute);
    }

    private static long minute(Instant now) {
      return Math.floorDiv(now.getEpochSecond(), 60L);
    }

    private static int slot(long minute) {
      return (int) Math.floorMod(minute, (long) MINUTES);
    }
  }
}
