package io.weft.it.bench.fleet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * All instances of a large service are replaced, some at a time, each drained before it ends: what
 * that brings its callers, and how much memory it takes of control.
 */
final class RollingRestart {
  private static final String NAME = "restart";
  private static final int STEPS = 20;

  /** What is sent whole to who joins and calls nobody: names, trust, and what it is to enforce. */
  private static final long JOINS = 3;

  private RollingRestart() {}

  /**
   * @param instances of the one service
   * @param callers that call it
   */
  static void run(Stage.Props props, int instances, int callers, Report report) throws IOException {
    try (Stage stage = Stage.open(props)) {
      SimulatedFleet fleet = stage.fleet();
      List<SimulatedAgent> old = fleet.join(service("old", instances, 0));
      List<Placement> calling = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        calling.add(
            new Placement(
                "caller-" + i,
                Placement.service(1),
                Placement.address(2 * instances + i),
                List.of("default/" + Placement.service(0))));
      }
      var unused = fleet.join(calling);
      fleet.awaitQuiet();
      Program control = stage.control().program();
      Traffic before = fleet.traffic();
      Etcd.Work stored = stage.etcd().work();
      double cpu = control.cpu().toNanos() / 1e9;
      long begun = System.nanoTime();
      List<Placement> fresh = service("new", instances, instances);
      int size = Math.max(1, instances / STEPS);
      for (int from = 0; from < instances; from += size) {
        int to = Math.min(instances, from + size);
        List<CompletableFuture<SimulatedAgent>> drains = new ArrayList<>();
        for (SimulatedAgent each : old.subList(from, to)) {
          drains.add(each.drain());
        }
        var unusedDrains =
            CompletableFuture.allOf(drains.toArray(CompletableFuture[]::new))
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
        old.subList(from, to).forEach(SimulatedAgent::leave);
        var unusedFresh = fleet.join(fresh.subList(from, to));
      }
      fleet.awaitQuiet();
      double seconds = (System.nanoTime() - begun) / 1e9 - SimulatedFleet.QUIET.toSeconds();
      Traffic traffic = fleet.traffic().since(before);
      int agents = instances + callers;
      add(
          report,
          agents,
          "replacing " + instances + " instances, at most " + size + " at a time",
          seconds,
          "s");
      add(report, agents, "bytes sent in total", traffic.bytesIn() / 1e6, "MB");
      add(
          report,
          agents,
          "bytes for a caller and instance",
          (double) traffic.bytesIn() / callers / instances,
          "B");
      add(report, agents, "updates for a caller", (double) traffic.updates() / callers, "");
      add(
          report,
          agents,
          "resources sent whole for a caller",
          (double) (traffic.whole() - JOINS * instances) / callers,
          "");
      add(report, agents, "control's memory, the most", (double) control.mostMegabytes(), "MB");
      add(report, agents, "control's CPU", control.cpu().toNanos() / 1e9 - cpu, "s");
      add(report, agents, "etcd's log entries", stage.etcd().work().since(stored).writes(), "");
    }
  }

  private static List<Placement> service(String uids, int instances, int firstAddress) {
    List<Placement> all = new ArrayList<>();
    for (int i = 0; i < instances; i++) {
      all.add(
          new Placement(
              uids + "-" + i,
              Placement.service(0),
              Placement.address(firstAddress + i),
              List.of()));
    }
    return all;
  }

  private static void add(Report report, int agents, String name, double value, String unit) {
    report.add(Figure.of(NAME, agents, name, value, unit));
  }
}
