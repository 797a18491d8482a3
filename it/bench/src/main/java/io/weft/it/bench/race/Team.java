package io.weft.it.bench.race;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** The processes of a party that are up: its caller, its callee, and what stands between them. */
final class Team implements AutoCloseable {
  // Connections are opened again, and threads woken, before a measurement begins.
  static final double SETTLE_SECONDS = 0.3;
  private static final double SHORT_SECONDS = 0.2;
  private static final Duration BEYOND = Duration.ofMinutes(2);

  private final Party party;
  private final String name;
  private final Program caller;
  private final Program callee;
  private final List<Program> between;

  Team(Party party, String name, Program caller, Program callee, List<Program> between) {
    this.party = party;
    this.name = name;
    this.caller = caller;
    this.callee = callee;
    this.between = between;
  }

  Party party() {
    return party;
  }

  Program caller() {
    return caller;
  }

  Program callee() {
    return callee;
  }

  /** Whether all of its processes are. */
  boolean isUp() {
    return programs().stream().allMatch(Program::isAlive);
  }

  /** Waits for the traces that it owes; a complaint about each side that sends none. */
  List<String> missingTraces(TraceSink sink) {
    if (!party.traces()) {
      return List.of();
    }
    return Stream.of(Stable.callerOf(name), name)
        .filter(sender -> !sink.awaitTraces(sender))
        .map(sender -> party + ": " + sender + " has sent no traces")
        .toList();
  }

  /** Waits until a call comes through, and fails if none does. */
  void awaitCalls(Workload workload) throws IOException {
    long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (true) {
      Map<String, String> told = run(new Cell(workload, Load.closed(1)), SHORT_SECONDS);
      if (number(told, "failures") == 0 && number(told, "calls") > 0) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "calls of " + party + " come to " + told.getOrDefault("first", told.toString()));
      }
    }
  }

  /** Drives it without looking; how many calls that made. */
  long warm(Cell cell, double seconds) throws IOException {
    return number(run(cell, seconds), "calls");
  }

  /** Drives it, and takes all figures. */
  Measure measure(Cell cell, double seconds) throws IOException {
    run(cell, SETTLE_SECONDS);
    used(callee);
    Map<Program, Map<String, Long>> before = cpu();
    long opened = Kernel.opened();
    Map<String, String> told = run(cell, seconds);
    Map<Program, Map<String, Long>> after = cpu();
    opened = Kernel.opened() - opened;
    Map<String, String> used = used(callee);
    Map<String, Double> cpu = new LinkedHashMap<>();
    Map<String, Long> resident = new LinkedHashMap<>();
    for (Program program : programs()) {
      cpu.put(
          program.name(),
          Kernel.seconds(
              before.getOrDefault(program, Map.of()), after.getOrDefault(program, Map.of())));
      resident.put(program.name(), Kernel.residentBytes(program.pid()));
    }
    Map<String, Long> allocated = new LinkedHashMap<>();
    allocated.put(caller.name(), number(told, "allocated"));
    allocated.put(callee.name(), number(used, "allocated"));
    return new Measure(
        histogram(told.getOrDefault("histogram", "")),
        number(told, "failures"),
        told.getOrDefault("first", ""),
        number(told, "nanos") / 1e9,
        cpu,
        allocated,
        number(told, "gcs") + number(used, "gcs"),
        number(told, "gcMillis") + number(used, "gcMillis"),
        opened,
        resident);
  }

  private List<Program> programs() {
    List<Program> all = new ArrayList<>();
    all.add(caller);
    all.addAll(between);
    all.add(callee);
    return all;
  }

  private Map<Program, Map<String, Long>> cpu() {
    Map<Program, Map<String, Long>> all = new HashMap<>();
    programs().forEach(program -> all.put(program, Kernel.cpuNanos(program.pid())));
    return all;
  }

  private Map<String, String> run(Cell cell, double seconds) throws IOException {
    String line =
        "run "
            + cell.workload().client()
            + " "
            + cell.workload().kind()
            + " "
            + cell.workload().size()
            + " callers="
            + cell.load().callers()
            + " rate="
            + cell.load().rate()
            + " millis="
            + Math.round(seconds * 1_000);
    String answer =
        caller
            .ask(
                line,
                "^(?:RAN|FAILED) .*",
                BEYOND.plus(Duration.ofMillis(Math.round(seconds * 1_000))))
            .group();
    if (answer.startsWith("FAILED")) {
      throw new IllegalStateException(party + ": " + answer);
    }
    return fields(answer);
  }

  private static Map<String, String> used(Program program) throws IOException {
    return fields(program.ask("used", "^USED .*", BEYOND).group());
  }

  private static Map<String, String> fields(String line) {
    Map<String, String> fields = new HashMap<>();
    for (String word : line.split(" ")) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        fields.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return fields;
  }

  private static long number(Map<String, String> fields, String name) {
    return Long.parseLong(fields.getOrDefault(name, "0"));
  }

  private static Histogram histogram(String encoded) {
    try {
      return Histogram.decodeFromCompressedByteBuffer(
          java.nio.ByteBuffer.wrap(Base64.getDecoder().decode(encoded)), 0);
    } catch (DataFormatException e) {
      throw new IllegalStateException("a caller tells no histogram", e);
    }
  }

  @Override
  public void close() {
    programs().forEach(Program::close);
  }
}
