package io.weft.it.bench.race;

import io.weft.it.bench.BenchAuthority;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.operator.OperatorCreationException;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs all parties side by side. The processes of all stay up, and take turns: in each round each
 * cell is run by each party, and each round begins with another.
 */
public final class Race {
  // Most of the time to warm up with many callers, the rest as the cell with one has it.
  private static final double CROWDED = 0.7;
  // On a busy machine time says little: the compiler of a JVM goes by calls.
  private static final long ENOUGH_CALLS = 40_000;
  private static final int MOST_WARM_UPS = 4;
  private static final double PROFILED_SECONDS = 15;

  private final RaceOptions options;
  private final PrintStream out;
  private final Home home = Home.find();
  private final Results results = new Results();
  private final List<String> complaints = new ArrayList<>();
  private final List<Profile> profiles = new ArrayList<>();
  private final Progress progress;

  public Race(RaceOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
    this.progress = new Progress(out, Boolean.getBoolean("weft.terminal"));
  }

  /** Runs it, prints the table and writes the reports; whether all of it could be measured. */
  public boolean run()
      throws IOException,
          GeneralSecurityException,
          CertIOException,
          OperatorCreationException,
          RunnerException {
    Instant begun = Instant.now();
    // Misunderstood options are said before anything is started.
    List<Workload> workloads = options.workloads();
    options.parties();
    Path work = Files.createTempDirectory("weft-race");
    List<Verdict> verdicts = new ArrayList<>();
    Map<String, Map<Party, Spread>> starts = new LinkedHashMap<>();
    try (RaceMesh mesh = RaceMesh.start(home, work);
        TraceSink sink = TraceSink.open()) {
      Stable stable = new Stable(home, work, mesh, sink, new BenchAuthority());
      for (boolean grpc : new boolean[] {false, true}) {
        List<Workload> own =
            workloads.stream().filter(workload -> workload.isGrpc() == grpc).toList();
        if (!own.isEmpty()) {
          heat(stable, sink, own, grpc);
        }
      }
      verdicts.addAll(Goals.of(results));
      if (options.starts() > 0) {
        StartUps startUps = StartUps.measure(stable, options.starts(), progress);
        starts.put("first answer, ms", startUps.millis());
        starts.put("resident memory then, MB", startUps.megabytes());
        verdicts.addAll(startUps.verdicts());
        progress.at("calls outside the mesh", "JMH");
        verdicts.addAll(NonMeshCalls.verdicts());
      }
    } finally {
      progress.done();
      delete(work);
    }
    Report report = new Report(begun, options, results, verdicts, starts, profiles, complaints);
    report.print(out);
    Path folder = options.report(home);
    report.write(folder);
    out.println("Reports: " + folder.resolve("report.html") + " and report.json beside it");
    return complaints.isEmpty();
  }

  private void heat(Stable stable, TraceSink sink, List<Workload> workloads, boolean grpc)
      throws IOException {
    List<Team> teams = new ArrayList<>();
    try {
      for (Party party : options.parties()) {
        if (workloads.stream().anyMatch(party::runs)) {
          progress.at("starting " + (grpc ? "gRPC" : "HTTP"), party.title());
          Team team = stable.start(party, grpc);
          teams.add(team);
          team.awaitCalls(workloads.get(0));
        }
      }
      for (Workload workload : workloads) {
        for (Team team : teams) {
          progress.at("warming up for " + workload, team.party().title());
          warm(team, workload);
        }
      }
      for (int round = 0; round < options.rounds(); round++) {
        for (Workload workload : workloads) {
          for (Cell cell : options.cells(workload)) {
            round(teams, cell, round);
          }
        }
        Collections.rotate(teams, 1);
      }
      if (options.profile()) {
        profile(teams, workloads.get(0));
      }
      for (Team team : teams) {
        if (team.party().traces() && sink.traced(team.party().title()) == 0) {
          complaints.add(team.party() + " has sent no traces");
        }
      }
    } finally {
      teams.forEach(Team::close);
    }
  }

  /** Those that go over mutual TLS, with as many callers as there are. */
  private void profile(List<Team> teams, Workload workload) throws IOException {
    Path folder = Files.createDirectories(options.report(home));
    Cell cell = new Cell(workload, Load.closed(mostCallers(workload)));
    for (Team team : teams) {
      if (team.party() == Party.OWN_TLS
          || team.party() == Party.WEFT_1
          || team.party() == Party.WEFT_100) {
        progress.at("profiling", team.party().title());
        profiles.add(Profile.of(team, cell, PROFILED_SECONDS, folder));
      }
    }
  }

  private void warm(Team team, Workload workload) throws IOException {
    Cell crowd = new Cell(workload, Load.closed(mostCallers(workload)));
    long calls = 0;
    for (int i = 0; i < MOST_WARM_UPS && calls < workload.rate(ENOUGH_CALLS); i++) {
      calls += team.warm(crowd, options.warm() * CROWDED);
    }
    team.warm(new Cell(workload, Load.closed(1)), options.warm() * (1 - CROWDED));
  }

  private int mostCallers(Workload workload) {
    return options.cells(workload).stream()
        .filter(cell -> !cell.load().isOpen())
        .mapToInt(cell -> cell.load().callers())
        .max()
        .orElse(1);
  }

  private void round(List<Team> teams, Cell cell, int round) throws IOException {
    for (Team team : teams) {
      if (!team.party().runs(cell.workload())) {
        continue;
      }
      progress.at(
          "round " + (round + 1) + " of " + options.rounds(), cell + ", " + team.party().title());
      Measure measure = team.measure(cell, options.seconds());
      if (measure.calls() == 0) {
        throw new IllegalStateException(
            team.party() + " answered no call of " + cell + ": " + measure.firstFailure());
      }
      if (measure.failures() > 0) {
        complaints.add(
            "%s: %d calls of %s failed, the first with %s"
                .formatted(team.party(), measure.failures(), cell, measure.firstFailure()));
      }
      if (!measure.keptAlive()) {
        complaints.add(
            "%s: %d connections were opened for %d calls of %s"
                .formatted(team.party(), measure.opened(), measure.calls(), cell));
      }
      results.add(cell, team.party(), measure);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
