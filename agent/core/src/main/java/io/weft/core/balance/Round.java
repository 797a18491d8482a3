package io.weft.core.balance;

import io.weft.core.endpoint.Endpoint;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Whose turn it is. */
final class Round {
  private static final int LONGEST = 2048;

  private Round() {}

  /**
   * Places of endpoints, each as often as its weight and evenly interleaved: smooth weighted round
   * robin, as nginx does it, played through once.
   */
  static int[] of(Endpoint[] endpoints) {
    int[] weights = Arrays.stream(endpoints).mapToInt(Endpoint::weight).toArray();
    int divisor = Math.max(1, Arrays.stream(weights).reduce(0, Round::gcd));
    long total = Arrays.stream(weights).mapToLong(weight -> weight / divisor).sum();
    if (total == weights.length) {
      return IntStream.range(0, weights.length).toArray();
    }
    // Very uneven weights are rounded, so that the round stays short.
    double scale = Math.min(1.0, (double) LONGEST / total) / divisor;
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
