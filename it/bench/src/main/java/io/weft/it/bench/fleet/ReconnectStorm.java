package io.weft.it.bench.fleet;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of two replicas is killed, and all its agents come to the other one: how long that takes,
 * what is sent to them that they hold already, and whether any caller is told that an instance is
 * lost. The other one serves some agents of its own before, as in life: its JVM has compiled it.
 */
final class ReconnectStorm {
  private static final String NAME = "storm";
  private static final int INSTANCES = 10;
  private static final int CALLS = 5;
  private static final int OF_THE_OTHERS_OWN = 10; // one for so many
  private static final int MOST_SECONDS = 30;
  private static final Duration IDLE = Duration.ofSeconds(15);

  private ReconnectStorm() {}

  static void run(Stage.Props props, int agents, Report report) throws IOException {
    try (Stage stage = Stage.open(props, 2)) {
      SimulatedFleet fleet = stage.fleet();
      var unusedGeneration = stage.control().apply(Policies.ofMany());
      int services = Math.max(2, agents / INSTANCES);
      int own = agents / OF_THE_OTHERS_OWN;
      var unusedOwn =
          fleet.join(
              Placement.evenly(agents, own, services, Math.max(2, own / INSTANCES), CALLS), 1);
      var unused = fleet.join(Placement.evenly(agents, services, CALLS));
      fleet.awaitQuiet();
      Program first = stage.control().program();
      double idle = first.cpu().toMillis();
      SimulatedFleet.pause(IDLE);
      add(
          report,
          agents,
          "control's CPU before, nothing changes",
          (first.cpu().toMillis() - idle) / IDLE.toMillis(),
          "cores",
          null);
      Program other = stage.controls().get(1).program();
      // Not all: who waited too long for the one has turned to the other.
      long losing = fleet.agents().stream().filter(each -> each.isAt(0)).count();
      Traffic before = fleet.traffic();
      Etcd.Work stored = stage.etcd().work();
      double cpu = other.cpu().toNanos() / 1e9;
      long killed = System.nanoTime();
      first.kill();
      SimulatedFleet.await(
          "all agents to come to the other replica",
          () ->
              fleet.traffic().since(before).joins() >= losing
                  && fleet.agents().stream().allMatch(SimulatedAgent::isUp));
      double seconds = (System.nanoTime() - killed) / 1e9;
      add(report, agents, "agents that lost their replica", (double) losing, "", null);
      add(report, agents, "until all are back", seconds, "s", (double) MOST_SECONDS);
      // Longer than it takes until what belonged to the dead replica is told to be lost.
      SimulatedFleet.pause(Duration.ofSeconds(30));
      fleet.awaitQuiet();
      Traffic traffic = fleet.traffic().since(before);
      List<String> disagreements = fleet.disagreements();
      add(
          report,
          agents,
          "the other replica's CPU for it",
          other.cpu().toNanos() / 1e9 - cpu,
          "s",
          null);
      add(report, agents, "its memory, the most", (double) other.mostMegabytes(), "MB", null);
      add(
          report,
          agents,
          "connections tried in vain",
          (double) traffic.failures() - losing,
          "",
          null);
      add(report, agents, "updates sent", (double) traffic.updates(), "", 0.0);
      add(report, agents, "bytes sent to an agent", (double) traffic.bytesIn() / losing, "B", null);
      add(
          report,
          agents,
          "instances told to be lost",
          (double) traffic.lost() + traffic.removed(),
          "",
          0.0);
      add(report, agents, "services on which agents disagree", disagreements.size(), "", 0.0);
      add(
          report,
          agents,
          "etcd's log entries",
          stage.etcd().work().since(stored).writes(),
          "",
          null);
    }
  }

  private static void add(
      Report report, int agents, String name, double value, String unit, @Nullable Double goal) {
    report.add(new Figure(NAME, agents, name, value, unit, goal));
  }
}
