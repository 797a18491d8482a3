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

/**
 * Runs all parties side by side. The processes of all stay up, and take turns: in each round each
 * cell is run by each party, and each round begins with another.
 */
public final class Race {
  // Most of the time to warm up with many callers, who make most calls.
  private static final double CROWDED = 0.6;
  // On a busy machine time says little: the compiler of a JVM goes by calls.
  private static final long ENOUGH_CALLS = 40_000;
  private static final int TURNS = 6;
  private static final int MOST_TURNS = 3 * TURNS;

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
      throws IOException, GeneralSecurityException, CertIOException, OperatorCreationException {
    Instant begun = Instant.now();
    // Misunderstood options are said before anything is started.
    Plan plan = new Plan(options);
    out.println(plan);
    Path work = Files.createTempDirectory("weft-race");
    List<Verdict> verdicts = new ArrayList<>();
    Map<String, Map<Party, Spread>> starts = new LinkedHashMap<>();
    try (RaceMesh mesh = RaceMesh.start(home, work);
        TraceSink sink = TraceSink.open()) {
      Stable stable = new Stable(home, work, mesh, sink, new BenchAuthority());
      for (boolean grpc : new boolean[] {false, true}) {
        if (!plan.workloads(grpc).isEmpty()) {
          heat(plan, stable, sink, grpc);
        }
      }
      verdicts.addAll(Goals.of(results));
      if (options.starts() > 0) {
        attempt(
            "the start of an application",
            () -> {
              StartUps startUps = StartUps.measure(stable, options.starts(), progress);
              starts.putAll(startUps.figures());
              verdicts.addAll(startUps.verdicts());
            });
        progress.at("calls outside the mesh", "JMH");
        attempt("calls outside the mesh", () -> verdicts.addAll(NonMeshCalls.verdicts()));
      }
    } finally {
      progress.done();
      attempt("what is left of it in " + work, () -> delete(work));
    }
    Report report = new Report(begun, options, results, verdicts, starts, profiles, complaints);
    report.print(out);
    Path folder = options.report(home);
    report.write(folder);
    out.println("Reports: " + folder.resolve("report.html") + " and report.json beside it");
    return complaints.isEmpty();
  }

  /** All workloads of HTTP, or all of gRPC, by all parties. */
  private void heat(Plan plan, Stable stable, TraceSink sink, boolean grpc) {
    List<Workload> workloads = plan.workloads(grpc);
    List<Team> teams = new ArrayList<>();
    try {
      for (Party party : options.parties()) {
        if (workloads.stream().anyMatch(party::runs)) {
          progress.at("starting " + (grpc ? "gRPC" : "HTTP"), party.title());
          attempt(
              party + " does not come up",
              () -> {
                Team team = stable.start(party, grpc);
                teams.add(team);
                team.awaitCalls(workloads.get(0));
              });
        }
      }
      for (Workload workload : workloads) {
        for (Team team : List.copyOf(teams)) {
          progress.at("warming up for " + workload, team.party().title());
          attempt(
              teams, team, workload.toString(), () -> warm(team, workload, plan.warm(workload)));
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
        complaints.addAll(team.missingTraces(sink));
      }
    } finally {
      teams.forEach(Team::close);
    }
  }

  /** A part of a race, which may fail without the rest. */
  private interface Part {
    void run() throws Exception;
  }

  private void attempt(String what, Part part) {
    try {
      part.run();
    } catch (Exception e) {
      complaints.add(what + ": " + (e.getMessage() == null ? e : e.getMessage()));
    }
  }

  /** The same for what a team does, which leaves the race if it is no longer there. */
  private void attempt(List<Team> teams, Team team, String what, Part part) {
    attempt(team.party() + ", " + what, part);
    if (!team.isUp()) {
      complaints.add(
          team.party() + ", " + what + ": one of its processes has ended; it is out of the race");
      teams.remove(team);
      team.close();
    }
  }

  /** Those that go over mutual TLS, with as many callers as there are. */
  private void profile(List<Team> teams, Workload workload) {
    Cell cell = new Cell(workload, Load.closed(mostCallers(workload)));
    for (Team team : List.copyOf(teams)) {
      if (team.party() == Party.OWN_TLS
          || team.party() == Party.WEFT_1
          || team.party() == Party.WEFT_100) {
        progress.at("profiling", team.party().title());
        attempt(
            teams,
            team,
            "profile",
            () -> profiles.add(Profile.of(team, cell, options.warm(), options.report(home))));
      }
    }
  }

  /**
   * All cells in turns, as they are measured: code that was compiled for one load is compiled anew
   * for the next, and shall be so before the first round.
   */
  private void warm(Team team, Workload workload, double seconds) throws IOException {
    Cell crowd = new Cell(workload, Load.closed(mostCallers(workload)));
    List<Cell> others =
        options.cells(workload).stream().filter(cell -> !cell.equals(crowd)).toList();
    double turn = seconds / TURNS;
    double crowded = others.isEmpty() ? turn : turn * CROWDED;
    double enough = workload.rate(ENOUGH_CALLS) * seconds / options.warm();
    long calls = 0;
    for (int i = 0; i < TURNS || (i < MOST_TURNS && calls < enough); i++) {
      calls += team.warm(crowd, crowded);
      for (Cell cell : others) {
        calls += team.warm(cell, (turn - crowded) / others.size());
      }
    }
  }

  private int mostCallers(Workload workload) {
    return options.cells(workload).stream()
        .filter(cell -> !cell.load().isOpen())
        .mapToInt(cell -> cell.load().callers())
        .max()
        .orElse(1);
  }

  private void round(List<Team> teams, Cell cell, int round) {
    for (Team team : List.copyOf(teams)) {
      if (team.party().runs(cell.workload())) {
        progress.at(
            "round " + (round + 1) + " of " + options.rounds(), cell + ", " + team.party().title());
        attempt(teams, team, cell.toString(), () -> measure(team, cell, round));
      }
    }
  }

  private void measure(Team team, Cell cell, int round) throws IOException {
    Measure measure = team.measure(cell, options.seconds());
    if (measure.failures() > 0) {
      complaints.add(
          "%s: %d calls of %s failed, %d did not, the first with %s"
              .formatted(
                  team.party(), measure.failures(), cell, measure.calls(), measure.firstFailure()));
    }
    if (!measure.keptAlive()) {
      complaints.add(
          "%s: %d connections were opened for %d calls of %s"
              .formatted(team.party(), measure.opened(), measure.calls(), cell));
    }
    if (measure.calls() > 0) {
      results.add(round, cell, team.party(), measure);
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
