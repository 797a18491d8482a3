package io.weft.it.bench.race;

import java.time.Duration;
import java.util.List;

/** For how long what is run, as the options say. */
final class Plan {
  // A library's first workload has the JVM compile most of what the others take, too.
  private static final double FURTHER = 0.25;

  // What goes beside, in seconds, on two cores: for the start of a team's processes, beyond the
  // warm-up where there are few calls a second, around a measurement, for five starts of an
  // application, and for JMH.
  private static final double TEAM = 5.5;
  private static final double LONGER = 1.15;
  private static final double AROUND = Team.SETTLE_SECONDS;
  private static final double STARTS = 27;
  private static final double JMH = 10;

  private final RaceOptions options;
  private final List<Workload> workloads;

  Plan(RaceOptions options) {
    this.options = options;
    this.workloads = options.workloads();
  }

  List<Workload> workloads(boolean grpc) {
    return workloads.stream().filter(workload -> workload.isGrpc() == grpc).toList();
  }

  /** How long each party warms up for a workload, in seconds. */
  double warm(Workload workload) {
    boolean first =
        workloads.stream()
            .filter(other -> other.client().equals(workload.client()))
            .findFirst()
            .filter(workload::equals)
            .isPresent();
    return first ? options.warm() : options.warm() * FURTHER;
  }

  /** How long all of it will take where nothing else goes on. */
  Duration expected() {
    double seconds = 0;
    for (boolean grpc : new boolean[] {false, true}) {
      List<Workload> own = workloads(grpc);
      seconds += TEAM * options.parties().stream().filter(party -> runs(party, own)).count();
    }
    for (Workload workload : workloads) {
      double measured =
          options.cells(workload).size() * options.rounds() * (options.seconds() + AROUND);
      seconds +=
          options.parties().stream().filter(party -> party.runs(workload)).count()
              * (warm(workload) * LONGER + measured);
    }
    if (options.starts() > 0) {
      seconds += (options.starts() + 1) * STARTS + JMH;
    }
    return Duration.ofSeconds(Math.round(seconds));
  }

  private static boolean runs(Party party, List<Workload> workloads) {
    return workloads.stream().anyMatch(party::runs);
  }

  @Override
  public String toString() {
    return "About %d minutes: %d parties, each of which makes each measurement %d times."
        .formatted(
            Math.max(1, Math.round(expected().toSeconds() / 60.0)),
            options.parties().stream().filter(party -> runs(party, workloads)).count(),
            options.rounds());
  }
}
