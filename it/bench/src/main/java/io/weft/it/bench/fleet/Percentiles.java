package io.weft.it.bench.fleet;

import java.util.Arrays;
import java.util.Collection;

/** Values in order, and what part of them is below which. */
final class Percentiles {
  private final double[] ordered;

  private Percentiles(double[] ordered) {
    this.ordered = ordered;
  }

  static Percentiles of(Collection<Double> values) {
    double[] ordered = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(ordered);
    return new Percentiles(ordered);
  }

  /** The smallest value that so many percent do not exceed; 0 if there are none. */
  double at(double percent) {
    if (ordered.length == 0) {
      return 0;
    }
    int place = (int) Math.ceil(percent / 100 * ordered.length) - 1;
    return ordered[Math.max(0, Math.min(ordered.length - 1, place))];
  }
}
