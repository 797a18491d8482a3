package io.weft.it.bench.fleet;

import io.weft.api.v1.Identity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/** Simulated agents, thousands of them, in this process. */
final class SimulatedFleet implements AutoCloseable {
  /** Agents that have begun to join and have not yet done so. */
  private static final int MOST_JOINING = 100;

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration STEP = Duration.ofMillis(10);
  static final Duration QUIET = Duration.ofSeconds(2);

  private final Surroundings surroundings;
  private final String credential;
  private final List<InetSocketAddress> controls;
  private final List<SimulatedAgent> agents = new ArrayList<>();

  /**
   * @param controls the first is where agents go; the others where they go when it is away
   */
  SimulatedFleet(List<ControlProcess> controls) throws IOException {
    this.surroundings = new Surroundings(controls.get(0).root());
    this.credential = controls.get(0).credential();
    this.controls = controls.stream().map(ControlProcess::address).toList();
  }

  /** Has them join, not more than a few at a time, and returns once they hold all they need. */
  List<SimulatedAgent> join(List<Placement> placements) throws IOException {
    return join(placements, 0);
  }

  /**
   * The same.
   *
   * @param control where they turn to first
   */
  List<SimulatedAgent> join(List<Placement> placements, int control) throws IOException {
    List<SimulatedAgent> joined = new ArrayList<>();
    List<SimulatedAgent> joining = new ArrayList<>();
    for (Placement each : placements) {
      SimulatedAgent agent = agent(each, control);
      joined.add(agent);
      joining.add(agent);
      agent.start();
      await(
          "agents to join",
          () -> {
            joining.removeIf(SimulatedAgent::isCertified);
            return joining.size() < MOST_JOINING;
          });
    }
    // Only now: who has joined early may call who joins late.
    List<SimulatedAgent> lacking = new ArrayList<>(joined);
    await(
        "agents to hold all that they need",
        () -> {
          lacking.removeIf(SimulatedAgent::isSettled);
          return lacking.isEmpty();
        });
    agents.addAll(joined);
    return joined;
  }

  private SimulatedAgent agent(Placement placement, int control) {
    return new SimulatedAgent(
        surroundings,
        controls,
        control,
        credential,
        Identity.newBuilder()
            .setUid(placement.uid())
            .setNamespace("default")
            .setService(placement.service())
            .setHost("host-" + placement.uid())
            .setPid(1)
            .setAgentVersion("simulated")
            .setJavaVersion("17")
            .build(),
        placement.address(),
        placement.calls());
  }

  List<SimulatedAgent> agents() {
    return agents;
  }

  Traffic traffic() {
    return surroundings.counters().now();
  }

  /** Returns once no update has come for a while. */
  void awaitQuiet() throws IOException {
    long[] last = {traffic().updates(), System.nanoTime()};
    await(
        "updates to end",
        () -> {
          long now = traffic().updates();
          if (now != last[0]) {
            last[0] = now;
            last[1] = System.nanoTime();
          }
          return System.nanoTime() - last[1] > QUIET.toNanos();
        });
  }

  /** Services of which not all agents hold the same endpoints. */
  List<String> disagreements() {
    Map<String, String> first = new TreeMap<>();
    TreeSet<String> differing = new TreeSet<>();
    for (SimulatedAgent agent : agents) {
      agent
          .held()
          .forEach(
              (name, hash) -> {
                if (name.startsWith("ENDPOINTS")
                    && !first.computeIfAbsent(name, n -> hash).equals(hash)) {
                  differing.add(name);
                }
              });
    }
    return List.copyOf(differing);
  }

  /** Waits for something to be so. */
  static void await(String what, BooleanSupplier so) throws IOException {
    long begun = System.nanoTime();
    while (!so.getAsBoolean()) {
      if (System.nanoTime() - begun > PATIENCE.toNanos()) {
        throw new IOException("waited " + PATIENCE.toSeconds() + " s in vain for " + what);
      }
      pause(STEP);
    }
  }

  static void pause(Duration duration) throws IOException {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    agents.forEach(SimulatedAgent::abort);
    surroundings.close();
  }
}
