package io.weft.it.bench.fleet;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A mesh in which every second some instances change, and every minute a policy does: what that
 * takes of control. Ten instances a service and five services called by each agent, however many
 * agents there are, so that a change concerns as many.
 */
final class Churn {
  private static final String NAME = "churn";
  private static final int INSTANCES = 10;
  private static final int CALLS = 5;
  private static final int CHANGES_PER_SECOND = 10;
  private static final Duration IDLE = Duration.ofSeconds(20);
  private static final int WARM_UP_SECONDS = 20;
  private static final int MOST_MEGABYTES = 1_000;

  private final Stage stage;
  private final int agents;
  private final int services;
  private final Report report;
  private int weight = 100;

  private Churn(Stage stage, int agents, Report report) {
    this.stage = stage;
    this.agents = agents;
    this.services = Math.max(2, agents / INSTANCES);
    this.report = report;
  }

  static void run(Stage.Props props, int agents, int seconds, Report report) throws IOException {
    try (Stage stage = Stage.open(props)) {
      new Churn(stage, agents, report).measure(seconds);
    }
  }

  private void measure(int seconds) throws IOException {
    Program control = stage.control().program();
    long begun = System.nanoTime();
    List<SimulatedAgent> all = stage.fleet().join(Placement.evenly(agents, services, CALLS));
    double joined = (System.nanoTime() - begun) / 1e9;
    stage.fleet().awaitQuiet();
    report.add(Figure.of(NAME, agents, "joins", agents / joined, "1/s"));
    report.add(Figure.of(NAME, agents, "control's CPU for a join", millis(control) / agents, "ms"));
    report.add(
        Figure.of(
            NAME,
            agents,
            "bytes for a join",
            (double) stage.fleet().traffic().bytesIn() / agents,
            "B"));

    change(all, WARM_UP_SECONDS);
    stage.fleet().awaitQuiet();
    Traffic quiet = stage.fleet().traffic();
    double idleBegun = millis(control);
    SimulatedFleet.pause(IDLE);
    double idle = (millis(control) - idleBegun) / IDLE.toMillis();
    report.add(Figure.of(NAME, agents, "control's CPU, nothing changes", idle, "cores"));
    report.add(
        Figure.of(
            NAME,
            agents,
            "updates while nothing changes",
            (double) stage.fleet().traffic().since(quiet).updates(),
            ""));

    Traffic before = stage.fleet().traffic();
    Etcd.Work stored = stage.etcd().work();
    double cpuBegun = millis(control);
    long churnBegun = System.nanoTime();
    int changes = change(all, seconds);
    double wall = (System.nanoTime() - churnBegun) / 1e6;
    double cpu = (millis(control) - cpuBegun) / wall;
    Traffic traffic = stage.fleet().traffic().since(before);
    Etcd.Work work = stage.etcd().work().since(stored);
    boolean whole = agents >= 10_000;
    report.add(goal(Figure.of(NAME, agents, "control's CPU", cpu, "cores"), whole, 1));
    report.add(
        goal(
            Figure.of(NAME, agents, "control's memory", (double) control.megabytes(), "MB"),
            whole,
            MOST_MEGABYTES));
    report.add(
        goal(
            Figure.of(
                NAME, agents, "control's memory, the most", (double) control.mostMegabytes(), "MB"),
            whole,
            MOST_MEGABYTES));
    report.add(
        Figure.of(
            NAME,
            agents,
            "control's CPU for a change",
            Math.max(0, cpu - idle) * wall / changes,
            "ms"));
    report.add(
        Figure.of(NAME, agents, "bytes for a change", (double) traffic.bytesIn() / changes, "B"));
    report.add(
        Figure.of(NAME, agents, "updates for a change", (double) traffic.updates() / changes, ""));
    report.add(
        Figure.of(
            NAME,
            agents,
            "resources sent whole for a change",
            (double) traffic.whole() / changes,
            ""));
    report.add(
        Figure.of(NAME, agents, "etcd's log entries for a change", work.writes() / changes, ""));
    report.add(
        Figure.of(
            NAME,
            agents,
            "etcd's bytes sent for a change",
            work.megabytesSent() * 1e6 / changes,
            "B"));
  }

  // Instances change, and now and then a policy; how many instances did.
  private int change(List<SimulatedAgent> all, int seconds) throws IOException {
    long begun = System.nanoTime();
    int changes = 0;
    for (int second = 0; second < seconds; second++) {
      if (second % 60 == 30) {
        var unused = stage.control().apply(Policies.timeout(second % services, 1_000 + second));
      }
      for (int i = 0; i < CHANGES_PER_SECOND; i++) {
        all.get(ThreadLocalRandom.current().nextInt(all.size())).weigh(++weight);
        changes++;
        long due = begun + changes * (1_000_000_000L / CHANGES_PER_SECOND);
        SimulatedFleet.pause(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
      }
    }
    return changes;
  }

  private static Figure goal(Figure figure, boolean has, double most) {
    return has ? figure.atMost(most) : figure;
  }

  private static double millis(Program control) {
    return control.cpu().toNanos() / 1e6;
  }
}
