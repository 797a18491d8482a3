package io.weft.it.bench.race;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** What all came to, by cell, party and round. Not thread-safe. */
final class Results {
  private final Map<Cell, Map<Party, SortedMap<Integer, Measure>>> cells = new LinkedHashMap<>();

  void add(int round, Cell cell, Party party, Measure measure) {
    cells
        .computeIfAbsent(cell, key -> new EnumMap<>(Party.class))
        .computeIfAbsent(party, key -> new TreeMap<>())
        .put(round, measure);
  }

  Set<Cell> cells() {
    return cells.keySet();
  }

  /** Who was there, in the order of {@link Party}. */
  Set<Party> parties(Cell cell) {
    return cells.getOrDefault(cell, Map.of()).keySet();
  }

  /** By round; those rounds are missing for which the party was not there. */
  SortedMap<Integer, Measure> of(Cell cell, Party party) {
    return cells.getOrDefault(cell, Map.of()).getOrDefault(party, Collections.emptySortedMap());
  }

  /** A figure of a party over the rounds; empty if it was not there. */
  Optional<Spread> spread(Cell cell, Party party, ToDoubleFunction<Measure> figure) {
    return Spread.over(of(cell, party).values().stream().mapToDouble(figure));
  }

  /**
   * What parties came to beside one another, compared within each round in which all of them ran,
   * one soon after the other; empty if there was none.
   *
   * @param comparison takes their measures of a round, in the order of the parties
   */
  Optional<Spread> compared(
      Cell cell, List<Party> parties, ToDoubleFunction<List<Measure>> comparison) {
    return Spread.over(
        of(cell, parties.get(0)).keySet().stream()
            .filter(round -> parties.stream().allMatch(party -> of(cell, party).containsKey(round)))
            .map(round -> parties.stream().map(party -> of(cell, party).get(round)).toList())
            .mapToDouble(comparison));
  }

  Optional<Spread> ratio(Cell cell, Party one, Party other, ToDoubleFunction<Measure> figure) {
    return compared(
        cell,
        List.of(one, other),
        both -> figure.applyAsDouble(both.get(0)) / figure.applyAsDouble(both.get(1)));
  }

  Optional<Spread> difference(Cell cell, Party one, Party other, ToDoubleFunction<Measure> figure) {
    return compared(
        cell,
        List.of(one, other),
        both -> figure.applyAsDouble(both.get(0)) - figure.applyAsDouble(both.get(1)));
  }
}
