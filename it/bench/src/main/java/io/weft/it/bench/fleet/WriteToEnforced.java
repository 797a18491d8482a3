package io.weft.it.bench.fleet;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long it takes from the moment that somebody writes a policy until agents enforce it and have
 * said so: a policy of one service that all of them call.
 */
final class WriteToEnforced {
  private static final String NAME = "write";
  private static final int SERVICES = 20;
  private static final int CALLS = 5;

  /** As long as there are fewer, half of what control does is that its JVM compiles it. */
  private static final int WARM_UP = 150;

  private final Stage stage;
  private final int agents;

  private static final class Round {
    private final AtomicInteger awaited;
    private final long begun = System.nanoTime();
    private final Queue<Double> millis = new ConcurrentLinkedQueue<>();

    Round(int agents) {
      awaited = new AtomicInteger(agents);
    }

    void acked() {
      millis.add((System.nanoTime() - begun) / 1e6);
      awaited.decrementAndGet();
    }
  }

  private volatile Round round = new Round(0);

  private WriteToEnforced(Stage stage, int agents) {
    this.stage = stage;
    this.agents = agents;
  }

  static void run(Stage.Props props, int agents, int writes, Report report) throws IOException {
    try (Stage stage = Stage.open(props)) {
      new WriteToEnforced(stage, agents).measure(writes, report);
    }
  }

  private void measure(int writes, Report report) throws IOException {
    List<Placement> placements = new ArrayList<>();
    for (Placement each : Placement.evenly(agents, SERVICES, CALLS)) {
      List<String> calls = new ArrayList<>(each.calls());
      if (!calls.contains("default/" + Placement.service(0))) {
        calls.set(0, "default/" + Placement.service(0));
      }
      placements.add(new Placement(each.uid(), each.service(), each.address(), calls));
    }
    for (SimulatedAgent agent : stage.fleet().join(placements)) {
      agent.onAck(update -> round.acked());
    }
    stage.fleet().awaitQuiet();
    for (int i = 0; i < WARM_UP; i++) {
      write(i);
    }
    List<Double> each = new ArrayList<>();
    List<Double> last = new ArrayList<>();
    Traffic before = stage.fleet().traffic();
    Etcd.Work stored = stage.etcd().work();
    double cpu = stage.control().program().cpu().toNanos() / 1e6;
    double own = ownMillis();
    for (int i = 0; i < writes; i++) {
      Round done = write(WARM_UP + i);
      each.addAll(done.millis);
      last.add(done.millis.stream().mapToDouble(Double::doubleValue).max().orElse(0));
    }
    Traffic traffic = stage.fleet().traffic().since(before);
    Percentiles agentsMillis = Percentiles.of(each);
    Percentiles lastMillis = Percentiles.of(last);
    add(report, "write to enforced and acked, p50", agentsMillis.at(50), "ms", 50);
    add(report, "write to enforced and acked, p99", agentsMillis.at(99), "ms", 250);
    add(report, "write to acked by the last agent, p50", lastMillis.at(50), "ms", 0);
    add(report, "write to acked by the last agent, most", lastMillis.at(100), "ms", 0);
    add(
        report,
        "bytes for an agent and write",
        (double) traffic.bytesIn() / traffic.updates(),
        "B",
        0);
    add(
        report,
        "control's CPU for an agent and write",
        (stage.control().program().cpu().toNanos() / 1e6 - cpu) * 1e3 / agents / writes,
        "us",
        0);
    add(
        report,
        "the simulator's CPU for an agent and write",
        (ownMillis() - own) * 1e3 / agents / writes,
        "us",
        0);
    add(
        report,
        "updates for an agent and write",
        (double) traffic.updates() / agents / writes,
        "",
        0);
    add(
        report,
        "etcd's log entries for a write",
        stage.etcd().work().since(stored).writes() / writes,
        "",
        0);
  }

  private static double ownMillis() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e6;
  }

  private void add(Report report, String name, double value, String unit, double goal) {
    Figure figure = Figure.of(NAME, agents, name, value, unit);
    report.add(goal > 0 ? figure.atMost(goal) : figure);
  }

  private Round write(int number) throws IOException {
    Round begun = new Round(agents);
    round = begun;
    var unused = stage.control().apply(Policies.timeout(0, 1_000 + number));
    SimulatedFleet.await("acks", () -> begun.awaited.get() <= 0);
    return begun;
  }
}
