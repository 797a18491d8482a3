package io.weft.it.bench.race;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.DoubleStream;

/** The median of what several rounds came to, with the least and the greatest. */
record Spread(double median, double low, double high) {
  /** Of all values; empty if there are none. */
  static Optional<Spread> over(DoubleStream values) {
    double[] all = values.toArray();
    return all.length == 0 ? Optional.empty() : Optional.of(of(all));
  }

  /** Of at least one value. */
  static Spread of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no value");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }
}
