package io.weft.it.bench.race;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;

/** What all came to, by cell, party and round. Not thread-safe. */
final class Results {
  private final Map<Cell, Map<Party, List<Measure>>> cells = new LinkedHashMap<>();

  void add(Cell cell, Party party, Measure measure) {
    cells
        .computeIfAbsent(cell, key -> new EnumMap<>(Party.class))
        .computeIfAbsent(party, key -> new ArrayList<>())
        .add(measure);
  }

  Set<Cell> cells() {
    return cells.keySet();
  }

  /** Who was there, in the order of {@link Party}. */
  Set<Party> parties(Cell cell) {
    return cells.getOrDefault(cell, Map.of()).keySet();
  }

  /** Of each round; none if the party was not there. */
  List<Measure> of(Cell cell, Party party) {
    return cells.getOrDefault(cell, Map.of()).getOrDefault(party, List.of());
  }

  /** A figure of a party over the rounds; empty if it was not there. */
  Optional<Spread> spread(Cell cell, Party party, ToDoubleFunction<Measure> figure) {
    List<Measure> rounds = of(cell, party);
    return rounds.isEmpty()
        ? Optional.empty()
        : Optional.of(Spread.of(rounds.stream().mapToDouble(figure).toArray()));
  }

  /**
   * A figure of one party beside that of another, compared within each round, as they ran one soon
   * after the other; empty unless both were there.
   */
  Optional<Spread> compared(
      Cell cell,
      Party one,
      Party other,
      ToDoubleFunction<Measure> figure,
      DoubleBinaryOperator comparison) {
    List<Measure> ones = of(cell, one);
    List<Measure> others = of(cell, other);
    int rounds = Math.min(ones.size(), others.size());
    if (rounds == 0) {
      return Optional.empty();
    }
    double[] values = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      values[i] =
          comparison.applyAsDouble(
              figure.applyAsDouble(ones.get(i)), figure.applyAsDouble(others.get(i)));
    }
    return Optional.of(Spread.of(values));
  }

  Optional<Spread> ratio(Cell cell, Party one, Party other, ToDoubleFunction<Measure> figure) {
    return compared(cell, one, other, figure, (a, b) -> a / b);
  }

  Optional<Spread> difference(Cell cell, Party one, Party other, ToDoubleFunction<Measure> figure) {
    return compared(cell, one, other, figure, (a, b) -> a - b);
  }
}
