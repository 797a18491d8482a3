package io.weft.it.bench.race;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What a race came to, as a table, as JSON and as a page. */
record Report(
    Instant begun,
    RaceOptions options,
    Results results,
    List<Verdict> verdicts,
    Map<String, Map<Party, Spread>> starts,
    List<Profile> profiles,
    List<String> complaints) {
  // Wide enough for the longest of each column.
  private static final String ROW = "  %-10s %14s %14s %9s %14s %14s %9s %10s%n";

  /** When, on what, and how. */
  List<String> circumstances() {
    return List.of(
        begun.truncatedTo(ChronoUnit.SECONDS) + ", " + minutes(),
        Runtime.getRuntime().availableProcessors()
            + " processors, "
            + Kernel.processor()
            + ", "
            + System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + ", load average "
            + text(Kernel.load()),
        "JDK " + System.getProperty("java.runtime.version"),
        "medians of %d rounds of %s s, with the least and the greatest; warmed up %s s; on loopback"
            .formatted(options.rounds(), text(options.seconds()), text(options.warm())));
  }

  private String minutes() {
    return Duration.between(begun, Instant.now()).toMinutes() + " min";
  }

  /** Prints the table. */
  void print(PrintStream out) {
    out.println();
    circumstances().forEach(out::println);
    for (Cell cell : results.cells()) {
      out.println();
      out.println(cell);
      // Processor time is compared at equal rates only.
      boolean atRate = cell.load().isOpen();
      out.printf(
          ROW,
          "",
          "p50 µs",
          "p99 µs",
          "p99.9 µs",
          "calls/s",
          "CPU s/1,000",
          "B/call",
          atRate ? "CPU" : "calls/s");
      for (Party party : results.parties(cell)) {
        out.printf(
            ROW,
            party,
            figure(cell, party, measure -> measure.micros(50)),
            figure(cell, party, measure -> measure.micros(99)),
            text(median(cell, party, measure -> measure.micros(99.9))),
            figure(cell, party, Measure::throughput),
            figure(cell, party, Measure::cpuSecondsPerThousand),
            text(median(cell, party, Measure::bytesPerCall)),
            results
                .ratio(
                    cell,
                    party,
                    Party.OWN_TLS,
                    atRate ? Measure::cpuSecondsPerThousand : Measure::throughput)
                .map(spread -> "x " + text(spread.median()))
                .orElse(""));
      }
    }
    starts.forEach(
        (figure, byParty) -> {
          out.println();
          out.println(figure);
          byParty.forEach(
              (party, spread) -> out.printf("  %-12s %s%n", party.title(), text(spread)));
        });
    for (Profile profile : profiles) {
      for (Profile.Shares shares : profile.shares()) {
        if (shares.greatest().isEmpty()) {
          continue;
        }
        out.println();
        out.printf(
            Locale.ROOT,
            "%s, %s, %s: %.1f %% are Weft's%n",
            profile.party(),
            profile.workload(),
            shares.title(),
            shares.weft() * 100);
        shares
            .greatest()
            .forEach(
                each ->
                    out.printf(Locale.ROOT, "  %5.2f %%  %s%n", each.part() * 100, each.method()));
      }
    }
    String where = "";
    for (Verdict verdict : verdicts) {
      if (!verdict.where().equals(where)) {
        where = verdict.where();
        out.println();
        out.println("Goals of " + where);
      }
      out.printf(
          "  %-6s %-44s %24s  goal %s %s%n",
          verdict.isMet() ? "met" : "MISSED",
          verdict.figure(),
          verdict.measured().map(Report::text).orElse("not measured"),
          verdict.atMost() ? "<=" : ">=",
          text(verdict.goal()) + (verdict.unit().isEmpty() ? "" : " " + verdict.unit()));
    }
    out.println();
    out.println(summary());
    complaints.forEach(complaint -> out.println("weft bench: " + complaint));
  }

  /** How many goals are missed, and where more is said of them. */
  String summary() {
    if (verdicts.isEmpty()) {
      return "No goal is about these parties.";
    }
    long missed = verdicts.stream().filter(Verdict::isMissed).count();
    return missed == 0
        ? "All " + verdicts.size() + " goals that were measured are met."
        : missed
            + " of "
            + verdicts.size()
            + " goals are missed. Where the rest goes: --profile, and of a start the figures that"
            + " stand with it. What was tried: docs/performance.md.";
  }

  /** Writes report.json and report.html. */
  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(folder.resolve("report.json").toFile(), json());
    Files.writeString(folder.resolve("report.html"), new Page(this).html());
  }

  private Map<String, Object> json() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("begun", begun.toString());
    all.put("circumstances", circumstances());
    List<Object> cells = new ArrayList<>();
    for (Cell cell : results.cells()) {
      Map<String, Object> parties = new LinkedHashMap<>();
      for (Party party : results.parties(cell)) {
        parties.put(
            party.title(), results.of(cell, party).values().stream().map(Report::json).toList());
      }
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("workload", cell.workload().toString());
      each.put("load", cell.load().toString());
      each.put("callers", cell.load().callers());
      each.put("rate", cell.load().rate());
      each.put("rounds", parties);
      cells.add(each);
    }
    all.put("cells", cells);
    Map<String, Object> started = new LinkedHashMap<>();
    starts.forEach(
        (figure, byParty) -> {
          Map<String, Object> each = new LinkedHashMap<>();
          byParty.forEach((party, spread) -> each.put(party.title(), spread));
          started.put(figure, each);
        });
    all.put("starts", started);
    all.put("profiles", profiles);
    all.put("goals", verdicts.stream().map(Report::json).toList());
    all.put("complaints", complaints);
    return all;
  }

  private static Map<String, Object> json(Measure measure) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("calls", measure.calls());
    all.put("failures", measure.failures());
    all.put("seconds", measure.seconds());
    all.put("callsPerSecond", measure.throughput());
    for (double percentile : new double[] {50, 99, 99.9}) {
      all.put("p" + text(percentile).replace(".", "") + "Micros", measure.micros(percentile));
    }
    all.put("cpuSecondsPerThousand", measure.cpuSecondsPerThousand());
    all.put("cpuSeconds", measure.cpuSeconds());
    all.put("bytesPerCall", measure.bytesPerCall());
    all.put("allocatedBytes", measure.allocated());
    all.put("collections", measure.collections());
    all.put("pausedMillis", measure.pausedMillis());
    all.put("connectionsOpened", measure.opened());
    all.put("residentBytes", measure.residentBytes());
    return all;
  }

  private static Map<String, Object> json(Verdict verdict) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("figure", verdict.figure());
    all.put("where", verdict.where());
    verdict.measured().ifPresent(spread -> all.put("measured", spread));
    all.put(verdict.atMost() ? "atMost" : "atLeast", verdict.goal());
    all.put("unit", verdict.unit());
    all.put("met", verdict.isMet());
    return all;
  }

  private String figure(Cell cell, Party party, ToDoubleFunction<Measure> figure) {
    return results.spread(cell, party, figure).map(Report::brief).orElse("");
  }

  private double median(Cell cell, Party party, ToDoubleFunction<Measure> figure) {
    return results.spread(cell, party, figure).map(Spread::median).orElse(Double.NaN);
  }

  /** A median, and how far the rounds lie apart: {@code 212 (205..240)}. */
  static String text(Spread spread) {
    return spread.low() == spread.high()
        ? text(spread.median())
        : text(spread.median()) + " (" + text(spread.low()) + ".." + text(spread.high()) + ")";
  }

  /** The same as a part of the median: {@code 212 ±9%}. */
  private static String brief(Spread spread) {
    double apart =
        Math.max(spread.high() - spread.median(), spread.median() - spread.low()) / spread.median();
    return text(spread.median()) + (apart == 0 ? "" : " ±" + Math.round(apart * 100) + "%");
  }

  /** Three digits that count. */
  static String text(double value) {
    double size = Math.abs(value);
    String format =
        size >= 100 || value == Math.rint(value)
            ? "%,.0f"
            : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, format, value);
  }
}
