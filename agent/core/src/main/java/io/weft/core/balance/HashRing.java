package io.weft.core.balance;

import io.weft.core.balance.Cluster.Tried;
import io.weft.core.endpoint.Endpoint;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Endpoints at many points of a circle; a request goes to the one next after its hash (Karger et
 * al., Consistent Hashing and Random Trees, 1997; Envoy's RING_HASH). What an endpoint leaves
 * behind falls to its neighbours, and to nobody else.
 */
final class HashRing implements Choice {
  // Shares of equal endpoints differ by about 1 / sqrt(points).
  private static final int POINTS = 256;
  private static final int MOST_POINTS = 1 << 20;
  private static final int LOOKS = 64;

  private final Endpoint[] live;
  // The hash in the upper bits, the endpoint's place in the lower ones, sorted.
  private final long[] points;
  private final long placeMask;

  HashRing(Endpoint[] live) {
    this.live = live;
    this.placeMask = (Long.highestOneBit(live.length) << 1) - 1;
    int heaviest = Arrays.stream(live).mapToInt(Endpoint::weight).max().orElse(1);
    int most = Math.max(1, Math.min(POINTS, MOST_POINTS / live.length));
    this.points = new long[Arrays.stream(live).mapToInt(e -> share(e, heaviest, most)).sum()];
    int filled = 0;
    for (int place = 0; place < live.length; place++) {
      long hash = StableHash.of(live[place].authority());
      for (int i = share(live[place], heaviest, most); i > 0; i--) {
        points[filled++] = (StableHash.mix(hash + i) & ~placeMask) | place;
      }
    }
    Arrays.sort(points);
  }

  @Override
  public @Nullable Endpoint choose(Tried tried, long hash, long now, RandomGenerator chance) {
    int found = Arrays.binarySearch(points, hash & ~placeMask);
    int at = found < 0 ? -found - 1 : found;
    for (int i = 0; i < LOOKS; i++, at++) {
      if (at >= points.length) {
        at = 0;
      }
      Endpoint endpoint = live[(int) (points[at] & placeMask)];
      if (Choice.isFresh(endpoint, tried, now)) {
        return endpoint;
      }
    }
    return Choice.firstFresh(live, (int) Long.remainderUnsigned(hash, live.length), tried, now);
  }

  private static int share(Endpoint endpoint, int heaviest, int most) {
    return Math.max(1, (int) Math.round((double) most * endpoint.weight() / heaviest));
  }
}
