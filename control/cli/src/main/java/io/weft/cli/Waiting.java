package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * Waits until agents enforce what a command has changed. An agent that a change does not concern
 * comes to its generation without being sent anything.
 */
final class Waiting {
  private static final long LOOK_AGAIN_MILLIS = 200;

  @Option(
      names = "--wait",
      description = "Until every connected agent enforces it; exits with 1 if some do not.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "60s",
      description = "How long --wait waits at most (${DEFAULT-VALUE}).")
  private String timeout = "";

  private long epoch;
  private long generation;

  /** Refuses what makes no sense, before anything is changed. */
  void check(CommandSpec spec, boolean dryRun) {
    if (wait && dryRun) {
      throw new ParameterException(
          spec.commandLine(), "--dry-run changes nothing that --wait could wait for");
    }
    limit();
  }

  /** Something was changed. */
  void made(JsonNode outcome) {
    epoch = Math.max(epoch, outcome.path("epoch").asLong());
    generation = Math.max(generation, outcome.path("generation").asLong());
  }

  /**
   * Returns once all agents enforce what was changed, if that is wanted at all.
   *
   * @throws Refusal that names those which do not in time
   */
  void await(Connection control, PrintWriter out) throws InterruptedException {
    if (!wait) {
      return;
    }
    long until = System.nanoTime() + limit().toNanos();
    JsonNode status = control.get("/v1/status");
    while (!missing(status).isEmpty()) {
      if (System.nanoTime() - until >= 0) {
        throw new Refusal(inVain(status));
      }
      Thread.sleep(LOOK_AGAIN_MILLIS);
      status = control.get("/v1/status");
    }
    out.println(
        "generation " + generation + " is enforced by " + all(status.path("agents").size()));
    lost(status).forEach(out::println);
    out.flush();
  }

  private Duration limit() {
    return Duration.ofSeconds(Lives.seconds("--timeout", timeout));
  }

  private static String all(int agents) {
    return switch (agents) {
      case 0 -> "nobody, as no agent is connected";
      case 1 -> "the one agent";
      default -> "all " + agents + " agents";
    };
  }

  private List<String> missing(JsonNode status) {
    List<String> missing = new ArrayList<>();
    for (JsonNode agent : status.path("agents")) {
      if (!enforces(agent)) {
        String error = agent.path("error").asText();
        missing.add(
            "%s/%s at %s:%s does not enforce generation %d: it is at %d%s"
                .formatted(
                    agent.path("namespace").asText(),
                    agent.path("service").asText(),
                    agent.path("host").asText(),
                    agent.path("pid").asText(),
                    generation,
                    agent.path("generation").asLong(),
                    error.isEmpty() ? "" : " (" + error + ")"));
      }
    }
    status.path("silent").forEach(address -> missing.add(StatusCommand.silent(address.asText())));
    return missing;
  }

  private boolean enforces(JsonNode agent) {
    long its = agent.path("epoch").asLong();
    return its > epoch || (its == epoch && agent.path("generation").asLong() >= generation);
  }

  private List<String> inVain(JsonNode status) {
    List<String> lines = missing(status);
    int behind = lines.size() - status.path("silent").size();
    lines.add(
        "weft: generation "
            + generation
            + " is accepted, but after "
            + timeout
            + " not enforced by "
            + behind
            + " of "
            + status.path("agents").size()
            + " agents");
    return lines;
  }

  // Their callers are told all the same; of themselves nothing can be said.
  private static List<String> lost(JsonNode status) {
    Set<String> connected = new HashSet<>();
    status.path("agents").forEach(agent -> connected.add(agent.path("uid").asText()));
    List<String> lines = new ArrayList<>();
    for (JsonNode instance : status.path("instances")) {
      if (!connected.contains(instance.path("uid").asText())) {
        lines.add(
            "warning: "
                + instance.path("service").asText()
                + " at "
                + instance.path("address").asText()
                + " is not connected, and was not waited for");
      }
    }
    return lines;
  }
}
