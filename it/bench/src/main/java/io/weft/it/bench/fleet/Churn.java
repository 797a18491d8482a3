package io.weft.it.bench.fleet;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A mesh in which every second some instances change, and every minute a policy does: what that
 * takes of control. Ten instances a service and five services called by each agent, however many
 * agents there are, so that a change concerns as many. The mesh grows from one size to the next, so
 * that control has been compiled by its JVM before most join.
 */
final class Churn {
  static final String NAME = "churn";
  private static final int INSTANCES = 10;
  private static final int CALLS = 5;
  private static final int CHANGES_PER_SECOND = 10;
  private static final Duration IDLE = Duration.ofSeconds(20);
  private static final int WARM_UP_SECONDS = 20;
  private static final int MOST_MEGABYTES = 1_000;

  private final Stage stage;
  private final Report report;
  private final List<SimulatedAgent> all = new ArrayList<>();
  private int agents;
  private int services;
  private int weight = 100;

  private Churn(Stage stage, Report report) {
    this.stage = stage;
    this.report = report;
  }

  /**
   * @param sizes how many agents there are each time
   * @param seconds how long instances change each time
   */
  static void run(Stage.Props props, List<Integer> sizes, int seconds, Report report)
      throws IOException {
    try (Stage stage = Stage.open(props)) {
      Churn churn = new Churn(stage, report);
      for (int size : sizes.stream().distinct().sorted().toList()) {
        churn.grow(size);
        churn.measure(seconds);
      }
    }
  }

  private void grow(int size) throws IOException {
    int more = size - agents;
    int moreServices = Math.max(2, more / INSTANCES);
    double cpu = millis(stage.control().program());
    Traffic before = stage.fleet().traffic();
    long begun = System.nanoTime();
    all.addAll(stage.fleet().join(Placement.evenly(agents, more, services, moreServices, CALLS)));
    double joined = (System.nanoTime() - begun) / 1e9;
    stage.fleet().awaitQuiet();
    agents = size;
    services += moreServices;
    report.add(Figure.of(NAME, agents, "joins", more / joined, "1/s"));
    report.add(
        Figure.of(
            NAME,
            agents,
            "control's CPU for a join",
            (millis(stage.control().program()) - cpu) / more,
            "ms"));
    report.add(
        Figure.of(
            NAME,
            agents,
            "bytes for a join",
            (double) stage.fleet().traffic().since(before).bytesIn() / more,
            "B"));
  }

  private void measure(int seconds) throws IOException {
    Program control = stage.control().program();
    int unused = change(WARM_UP_SECONDS);
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
    int changes = change(seconds);
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
  private int change(int seconds) throws IOException {
    long begun = System.nanoTime();
    int changes = 0;
    for (int second = 0; second < seconds; second++) {
      if (second % 60 == 30) {
        long unused = stage.control().apply(Policies.timeout(second % services, 1_000 + second));
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
