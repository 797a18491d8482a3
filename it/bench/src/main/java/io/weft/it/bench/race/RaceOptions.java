package io.weft.it.bench.race;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What of the race is run, and how long. */
public final class RaceOptions {
  private static final List<String> QUICK_WORKLOADS = List.of("httpclient-get-200");
  private static final List<String> FULL_WORKLOADS =
      List.of(
          "httpclient-get-200",
          "httpclient-get-10k",
          "httpclient-get-1m",
          "httpclient-post-10k",
          "urlconnection-get-200",
          "urlconnection-post-10k",
          "grpc-unary-200",
          "grpc-unary-10k",
          "grpc-stream-200");
  private static final int[] QUICK_CALLERS = {1, 8};
  private static final int[] FULL_CALLERS = {1, 8, 64};

  @Option(names = "--full", description = "All workloads and loads, instead of the most telling.")
  private boolean full;

  @Option(
      names = "--parties",
      split = ",",
      paramLabel = "party",
      description =
          "Who races: direct, own-mtls, weft-off, weft-plain, weft-1, weft-100, otel, envoy-1,"
              + " envoy-2, proxyless. Default: all.")
  private @Nullable List<String> parties;

  @Option(
      names = "--workloads",
      split = ",",
      paramLabel = "workload",
      description =
          "What is done, as library, kind and size: httpclient-get-200, urlconnection-post-10k,"
              + " grpc-unary-1m, grpc-stream-200. Default: httpclient-get-200.")
  private @Nullable List<String> workloads;

  @Option(
      names = "--callers",
      split = ",",
      paramLabel = "number",
      description = "Threads that call without a pause; a cell for each. 0: none. Default: 1,8.")
  private int @Nullable [] callers;

  @Option(
      names = "--rate",
      paramLabel = "calls/s",
      description =
          "A cell at this fixed rate, at which processor time is compared; large answers are asked"
              + " for less often. 0: none. Default: ${DEFAULT-VALUE}.")
  private int rate = 1_000;

  @Option(
      names = "--rounds",
      description = "How often each cell is run for each party. Default: 4, --full: 3.")
  private int rounds;

  @Option(
      names = "--warm",
      paramLabel = "seconds",
      description =
          "How long each party warms up for the first workload of each library; for the others a"
              + " quarter of it. Default: 20, --full: 25.")
  private double warm;

  @Option(
      names = "--seconds",
      description = "How long each measurement takes. Default: ${DEFAULT-VALUE}.")
  private double seconds = 2;

  @Option(
      names = "--starts",
      description =
          "How often an application is started to see what agents add. 0: not at all. Default: 2,"
              + " --full: 7.")
  private int starts = -1;

  @Option(
      names = "--profile",
      description =
          "Has JFR look at both sides in a last round apart: flame graphs, and which of Weft's methods"
              + " take how much of time and memory.")
  private boolean profile;

  @Option(
      names = "--report",
      paramLabel = "folder",
      description = "Where report.html and report.json go. Default: it/bench/target/race.")
  private @Nullable Path report;

  Set<Party> parties() {
    if (parties == null) {
      return EnumSet.allOf(Party.class);
    }
    Set<Party> named = EnumSet.noneOf(Party.class);
    for (String name : parties) {
      named.add(
          Arrays.stream(Party.values())
              .filter(party -> party.title().equals(name.strip().toLowerCase(Locale.ROOT)))
              .findFirst()
              .orElseThrow(
                  () ->
                      new TypeConversionException(
                          "there is no party " + name + ": weft bench --help names them")));
    }
    return named;
  }

  List<Workload> workloads() {
    List<String> names = workloads != null ? workloads : full ? FULL_WORKLOADS : QUICK_WORKLOADS;
    return names.stream().map(Workload::of).toList();
  }

  List<Cell> cells(Workload workload) {
    List<Cell> cells = new ArrayList<>();
    for (int each : callers != null ? callers : full ? FULL_CALLERS : QUICK_CALLERS) {
      if (each > 0) {
        cells.add(new Cell(workload, Load.closed(each)));
      }
    }
    if (rate > 0) {
      cells.add(new Cell(workload, Load.open(workload.rate(rate))));
    }
    return cells;
  }

  int rounds() {
    return rounds > 0 ? rounds : full ? 3 : 4;
  }

  double warm() {
    return warm > 0 ? warm : full ? 25 : 20;
  }

  double seconds() {
    return seconds;
  }

  int starts() {
    return starts >= 0 ? starts : full ? 7 : 2;
  }

  boolean profile() {
    return profile;
  }

  Path report(Home home) {
    return report == null ? home.reports() : report;
  }
}
