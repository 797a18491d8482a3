package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows which instance of which service runs what. */
@Command(
    name = "status",
    description = "Show which instance of which service runs which policies, and what is wrong.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Connection control;

  @Option(
      names = {"-o", "--output"},
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}.")
  private Output output = Output.table;

  @Override
  public Integer call() {
    JsonNode status = control.get("/v1/status");
    PrintWriter out = spec.commandLine().getOut();
    if (output == Output.table) {
      table(status, out);
    } else {
      out.println(output.of(status));
    }
    out.flush();
    return 0;
  }

  private void table(JsonNode status, PrintWriter out) {
    out.println(
        "generation "
            + status.path("generation").asLong()
            + ", store "
            + status.path("store").asText()
            + (status.path("storeLost").asText().isEmpty()
                ? ""
                : " (LOST: " + status.path("storeLost").asText() + ")")
            + ", controls "
            + status.path("replicas").size());
    if (status.path("agents").isEmpty()) {
      out.println("No agent is connected.");
    } else {
      Tables table =
          new Tables(
              "SERVICE", "INSTANCE", "STATE", "LABELS", "PORTS", "GENERATION", "ACKED", "ERROR");
      Instant now = Instant.now();
      for (JsonNode agent : status.path("agents")) {
        table.row(
            agent.path("namespace").asText() + "/" + agent.path("service").asText(),
            agent.path("host").asText() + ":" + agent.path("pid").asText(),
            agent.path("state").asText(),
            labels(agent.path("labels")),
            joined(agent.path("ports"), ","),
            agent.path("generation").asText() + (agent.path("current").asBoolean() ? "" : " (old)"),
            age(agent.path("ackedAt").asText(), now),
            agent.path("error").asText());
      }
      table.lines(spec.commandLine().getColorScheme().ansi()).forEach(out::println);
      out.println();
      Tables hooks = new Tables("SERVICE", "INSTANCE", "INSTRUMENTS");
      for (JsonNode agent : status.path("agents")) {
        hooks.row(
            agent.path("namespace").asText() + "/" + agent.path("service").asText(),
            agent.path("host").asText() + ":" + agent.path("pid").asText(),
            joined(agent.path("hooks"), ", "));
      }
      hooks.lines(spec.commandLine().getColorScheme().ansi()).forEach(out::println);
    }
    edges(out);
    denials(out);
    rates(status, out);
    lost(status, out);
    status.path("silent").forEach(address -> out.println("problem: " + silent(address.asText())));
    for (JsonNode agent : status.path("agents")) {
      for (JsonNode problem : agent.path("problems")) {
        out.println(
            "problem: "
                + agent.path("namespace").asText()
                + "/"
                + agent.path("service").asText()
                + " at "
                + agent.path("host").asText()
                + ":"
                + agent.path("pid").asText()
                + ": "
                + problem.asText());
      }
    }
    for (JsonNode problem : status.path("problems")) {
      out.println("problem: " + Problems.line(problem).replaceFirst("^weft: ", ""));
    }
  }

  // Who calls whom just now, how much of it encrypted, and as whom.
  private void edges(PrintWriter out) {
    JsonNode edges = control.get("/v1/edges").path("edges");
    if (edges.isEmpty()) {
      return;
    }
    Tables table = new Tables("CALLER", "CALLEE", "CALLS/S", "ENCRYPTED", "AS");
    for (JsonNode edge : edges) {
      String version = edge.path("version").asText();
      JsonNode encrypted = edge.path("encrypted");
      table.row(
          edge.path("caller").asText(),
          edge.path("callee").asText() + (version.isEmpty() ? "" : " " + version),
          edge.path("callsPerSecond").asText(),
          share(encrypted),
          encrypted.asDouble() == 0
              ? ""
              : edge.path("callerPrincipal").asText()
                  + " -> "
                  + edge.path("calleePrincipal").asText());
    }
    out.println();
    table.lines(spec.commandLine().getColorScheme().ansi()).forEach(out::println);
  }

  // Who was denied by what over the last ten minutes.
  private void denials(PrintWriter out) {
    JsonNode denials = control.get("/v1/denials").path("denials");
    if (denials.isEmpty()) {
      return;
    }
    Instant now = Instant.now();
    Tables table = new Tables("DENIED AT", "CALLER", "BY", "MODE", "IN 10 MIN", "LAST");
    for (JsonNode denial : denials) {
      table.row(
          denial.path("service").asText(),
          denial.path("caller").asText(),
          denial.path("policy").asText(),
          denial.path("mode").asText(),
          denial.path("count").asText(),
          age(denial.path("lastAt").asText(), now));
    }
    out.println();
    table.lines(spec.commandLine().getColorScheme().ansi()).forEach(out::println);
  }

  // Who has which part of a limit that instances share, and what is made of it.
  private void rates(JsonNode status, PrintWriter out) {
    Tables table = new Tables("LIMIT", "OF", "INSTANCE", "SHARE", "ASKED/S", "ADMITTED/S");
    boolean any = false;
    for (JsonNode agent : status.path("agents")) {
      JsonNode rate = agent.path("rate");
      if (!rate.isObject()) {
        continue;
      }
      any = true;
      double share = rate.path("share").asDouble();
      table.row(
          rate.path("policy").asText(),
          agent.path("namespace").asText() + "/" + agent.path("service").asText(),
          agent.path("host").asText() + ":" + agent.path("pid").asText(),
          share == 0 ? "as before" : String.format(Locale.ROOT, "%.1f%%", 100 * share),
          String.format(Locale.ROOT, "%.1f", rate.path("offeredPerSecond").asDouble()),
          String.format(Locale.ROOT, "%.1f", rate.path("admittedPerSecond").asDouble()));
    }
    if (any) {
      out.println();
      table.lines(spec.commandLine().getColorScheme().ansi()).forEach(out::println);
    }
  }

  // All of it is said of all of it alone: whoever reads that demands mutual TLS next.
  private static String share(JsonNode of) {
    if (!of.isNumber()) {
      return "-"; // no call reached anybody
    }
    double encrypted = of.asDouble();
    if (encrypted == 0) {
      return "no";
    }
    return encrypted == 1 ? "100%" : Math.min(99, Math.max(1, Math.round(encrypted * 100))) + "%";
  }

  // Instances whose agent is connected to no control: callers still have them as a last resort.
  private static void lost(JsonNode status, PrintWriter out) {
    Set<String> connected = new HashSet<>();
    status.path("agents").forEach(agent -> connected.add(agent.path("uid").asText()));
    for (JsonNode instance : status.path("instances")) {
      if (!connected.contains(instance.path("uid").asText())) {
        out.println(
            "not connected: "
                + instance.path("service").asText()
                + " at "
                + instance.path("address").asText()
                + ", ports "
                + joined(instance.path("ports"), ",")
                + ", "
                + instance.path("state").asText());
      }
    }
  }

  /** Of a replica that does not tell what it knows. */
  static String silent(String address) {
    return "control at " + address + " does not answer, so that its agents are not known";
  }

  private static String labels(JsonNode labels) {
    return labels.properties().stream()
        .map(label -> label.getKey() + "=" + label.getValue().asText())
        .collect(Collectors.joining(","));
  }

  private static String joined(JsonNode list, String between) {
    return StreamSupport.stream(list.spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.joining(between));
  }

  private static String age(String instant, Instant now) {
    if (instant.isEmpty()) {
      return "never";
    }
    long seconds = Math.max(0, Duration.between(Instant.parse(instant), now).toSeconds());
    if (seconds < 120) {
      return seconds + "s ago";
    }
    return seconds < 7200 ? seconds / 60 + "m ago" : seconds / 3600 + "h ago";
  }
}
