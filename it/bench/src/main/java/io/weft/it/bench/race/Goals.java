package io.weft.it.bench.race;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What Weft is to reach, and whether it does. */
final class Goals {
  // What cannot be told from nothing: an addition below this counts as so much.
  private static final double LEAST_MICROS = 1;

  private final Results results;
  private final List<Verdict> verdicts = new ArrayList<>();

  private Goals(Results results) {
    this.results = results;
  }

  /** Of what the cells of a race say, those goals for which the parties were there. */
  static List<Verdict> of(Results results) {
    Goals goals = new Goals(results);
    for (Cell cell : results.cells()) {
      if (cell.load().isOpen()) {
        goals.atARate(cell);
      } else if (cell.load().callers() == 1) {
        goals.oneCaller(cell);
      } else {
        goals.manyCallers(cell);
      }
    }
    return goals.verdicts.stream().filter(verdict -> verdict.measured().isPresent()).toList();
  }

  private void atARate(Cell cell) {
    ToDoubleFunction<Measure> cpu = Measure::cpuSecondsPerThousand;
    atMost("CPU per call, Weft at 1 % / own mTLS", cell, ratio(cell, Party.WEFT_1, cpu), 1.10);
    atMost("CPU per call, Weft at 100 % / own mTLS", cell, ratio(cell, Party.WEFT_100, cpu), 1.20);
    for (Party envoy : List.of(Party.ENVOY_1, Party.ENVOY_2)) {
      atLeast(
          "CPU per call, " + envoy + " / Weft at 1 %",
          cell,
          results.ratio(cell, envoy, Party.WEFT_1, cpu),
          2);
    }
    atMost(
        "allocation per call, Weft at 1 % / own mTLS",
        cell, ratio(cell, Party.WEFT_1, Measure::bytesPerCall), 1.05);
  }

  private void oneCaller(Cell cell) {
    added("p50 added to own mTLS", cell, 50, 20);
    added("p99 added to own mTLS", cell, 99, 100);
    for (Party envoy : List.of(Party.ENVOY_1, Party.ENVOY_2)) {
      atLeast("added p50, " + envoy + " / Weft at 1 %", cell, addedRatio(cell, envoy), 30);
    }
  }

  private void manyCallers(Cell cell) {
    ToDoubleFunction<Measure> throughput = Measure::throughput;
    atLeast("throughput, Weft at 1 % / own mTLS", cell, ratio(cell, Party.WEFT_1, throughput), 0.9);
    for (Party envoy : List.of(Party.ENVOY_1, Party.ENVOY_2)) {
      atLeast(
          "throughput, Weft at 1 % / " + envoy,
          cell,
          results.ratio(cell, Party.WEFT_1, envoy, throughput),
          4);
    }
  }

  private void added(String figure, Cell cell, double percentile, double goal) {
    verdicts.add(
        Verdict.atMost(
            figure,
            cell.toString(),
            results.difference(
                cell, Party.WEFT_1, Party.OWN_TLS, measure -> measure.micros(percentile)),
            goal,
            "µs"));
  }

  private Optional<Spread> addedRatio(Cell cell, Party envoy) {
    return results.compared(
        cell,
        List.of(envoy, Party.WEFT_1, Party.OWN_TLS),
        each -> {
          double own = each.get(2).micros(50);
          return (each.get(0).micros(50) - own)
              / Math.max(LEAST_MICROS, each.get(1).micros(50) - own);
        });
  }

  private Optional<Spread> ratio(Cell cell, Party party, ToDoubleFunction<Measure> figure) {
    return results.ratio(cell, party, Party.OWN_TLS, figure);
  }

  private void atMost(String figure, Cell cell, Optional<Spread> measured, double goal) {
    verdicts.add(Verdict.atMost(figure, cell.toString(), measured, goal, ""));
  }

  private void atLeast(String figure, Cell cell, Optional<Spread> measured, double goal) {
    verdicts.add(Verdict.atLeast(figure, cell.toString(), measured, goal, ""));
  }
}
