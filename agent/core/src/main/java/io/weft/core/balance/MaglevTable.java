package io.weft.core.balance;

import io.weft.core.balance.Cluster.Tried;
import io.weft.core.endpoint.Endpoint;
import java.util.Arrays;
import java.util.Comparator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A table in which each endpoint holds almost exactly its share of the slots, and keeps almost all
 * of them when another comes or goes (Eisenbud et al., Maglev, 2016, section 3.4; weights as
 * Envoy's MAGLEV).
 */
final class MaglevTable implements Choice {
  /** A prime, the default of Envoy; the paper wants a hundred slots for each endpoint. */
  private static final int SLOTS = 65_537;

  private static final int LOOKS = 64;

  private final Endpoint[] live;
  private final int[] slots = new int[SLOTS];

  MaglevTable(Endpoint[] unordered) {
    // Every caller is to fill the same table.
    this.live = unordered.clone();
    Arrays.sort(live, Comparator.comparing(Endpoint::authority));
    Arrays.fill(slots, -1);
    fill();
  }

  private void fill() {
    int[] next = new int[live.length];
    int[] skip = new int[live.length];
    for (int i = 0; i < live.length; i++) {
      long hash = StableHash.of(live[i].authority());
      next[i] = (int) Long.remainderUnsigned(hash, SLOTS);
      skip[i] = (int) Long.remainderUnsigned(StableHash.mix(hash), SLOTS - 1) + 1;
    }
    long heaviest = Arrays.stream(live).mapToLong(Endpoint::weight).max().orElse(1);
    long[] due = new long[live.length];
    int filled = 0;
    for (long turn = 1; ; turn++) {
      for (int i = 0; i < live.length; i++) {
        // Lighter ones sit out turns.
        if (turn * live[i].weight() < due[i]) {
          continue;
        }
        due[i] += heaviest;
        while (slots[next[i]] >= 0) {
          next[i] = after(next[i], skip[i]);
        }
        slots[next[i]] = i;
        if (++filled == SLOTS) {
          return;
        }
      }
    }
  }

  @Override
  public @Nullable Endpoint choose(Tried tried, long hash, long now, RandomGenerator chance) {
    // Where the first does not do, each hash has a way of its own through the table, so that what
    // one endpoint leaves is shared out over all others.
    int skip = (int) Long.remainderUnsigned(StableHash.mix(hash), SLOTS - 1) + 1;
    int slot = (int) Long.remainderUnsigned(hash, SLOTS);
    for (int i = 0; i < LOOKS; i++) {
      Endpoint endpoint = live[slots[slot]];
      if (Choice.isFresh(endpoint, tried, now)) {
        return endpoint;
      }
      slot = after(slot, skip);
    }
    return Choice.firstFresh(live, slots[slot], tried, now);
  }

  private static int after(int slot, int skip) {
    int sum = slot + skip;
    return sum < SLOTS ? sum : sum - SLOTS;
  }
}
