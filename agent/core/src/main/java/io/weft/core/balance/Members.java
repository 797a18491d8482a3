package io.weft.core.balance;

import io.weft.core.endpoint.Endpoint;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** A cluster's endpoints, prepared at a push for choosing without work. Immutable. */
final class Members {
  static final Members NONE = of(List.of());
  private static final int LONGEST_ROUND = 2048;

  final Endpoint[] live;
  final Endpoint[] lost;

  /** Indexes into live, each as often as its weight, evenly interleaved. */
  final int[] round;

  private final boolean weighted;

  private Members(Endpoint[] live, Endpoint[] lost) {
    this.live = live;
    this.lost = lost;
    int[] weights = Arrays.stream(live).mapToInt(Endpoint::weight).toArray();
    this.weighted = Arrays.stream(weights).distinct().count() > 1;
    this.round = round(weights);
  }

  static Members of(List<Endpoint> endpoints) {
    return new Members(
        endpoints.stream().filter(endpoint -> !endpoint.lost()).toArray(Endpoint[]::new),
        endpoints.stream().filter(Endpoint::lost).toArray(Endpoint[]::new));
  }

  /** One live endpoint at random, by weight. */
  Endpoint draw(RandomGenerator chance) {
    return weighted ? live[round[chance.nextInt(round.length)]] : live[chance.nextInt(live.length)];
  }

  /** Smooth weighted round robin, as nginx does it, played through once. */
  private static int[] round(int[] weights) {
    int divisor = Math.max(1, Arrays.stream(weights).reduce(0, Members::gcd));
    long total = Arrays.stream(weights).mapToLong(weight -> weight / divisor).sum();
    if (total == weights.length) {
      return IntStream.range(0, weights.length).toArray();
    }
    // Very uneven weights are rounded, so that the round stays short.
    double scale = Math.min(1.0, (double) LONGEST_ROUND / total) / divisor;
    int[] share =
        Arrays.stream(weights).map(w -> Math.max(1, (int) Math.round(w * scale))).toArray();
    int length = Arrays.stream(share).sum();
    int[] round = new int[length];
    int[] credit = new int[share.length];
    for (int i = 0; i < length; i++) {
      int best = 0;
      for (int j = 0; j < share.length; j++) {
        credit[j] += share[j];
        if (credit[j] > credit[best]) {
          best = j;
        }
      }
      credit[best] -= length;
      round[i] = best;
    }
    return round;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
