package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows who changed what, newest first. */
@Command(
    name = "history",
    description = "Show who changed which policy when, newest first.",
    mixinStandardHelpOptions = true)
final class HistoryCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Connection control;

  @Parameters(
      arity = "0..1",
      paramLabel = "GENERATION",
      description = "What this one changed, field by field.")
  private @Nullable Long generation;

  @Option(
      names = {"-n", "--namespace"},
      defaultValue = "",
      description = "Of this namespace alone.")
  private String namespace = "";

  @Option(
      names = {"-o", "--output"},
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}.")
  private Output output = Output.table;

  @Override
  public Integer call() {
    JsonNode answer =
        wanted(
            control.get(
                "/v1/history?namespace=" + URLEncoder.encode(namespace, StandardCharsets.UTF_8)));
    PrintWriter out = spec.commandLine().getOut();
    ColorScheme colours = spec.commandLine().getColorScheme();
    if (output != Output.table) {
      out.println(output.of(answer));
    } else if (answer.path("history").isEmpty()) {
      out.println("Nothing has been changed yet.");
    } else if (generation != null) {
      answer.path("history").forEach(step -> fields(step, out, colours));
    } else {
      Tables table = new Tables("GENERATION", "WHEN", "BY", "WHAT");
      for (JsonNode step : answer.path("history")) {
        step.path("changes")
            .forEach(
                change ->
                    table.row(
                        step.path("generation").asText(),
                        seconds(step.path("time").asText()),
                        author(step),
                        change.path("document").asText() + " " + action(change) + back(step)));
      }
      table.lines(colours.ansi()).forEach(out::println);
    }
    out.flush();
    return 0;
  }

  private JsonNode wanted(JsonNode answer) {
    if (generation == null) {
      return answer;
    }
    ObjectNode one = JsonNodeFactory.instance.objectNode();
    ArrayNode steps = one.putArray("history");
    for (JsonNode step : answer.path("history")) {
      if (step.path("generation").asLong() == generation) {
        steps.add(step);
      }
    }
    if (steps.isEmpty()) {
      throw new Refusal(
          "history tells of no generation " + generation + ": 'weft history' shows those it has");
    }
    return one;
  }

  private static void fields(JsonNode step, PrintWriter out, ColorScheme colours) {
    out.println(
        "generation "
            + step.path("generation").asText()
            + ", "
            + seconds(step.path("time").asText())
            + ", by "
            + author(step));
    for (JsonNode change : step.path("changes")) {
      out.println(
          colours
              .ansi()
              .string(
                  "@|bold "
                      + change.path("document").asText()
                      + " "
                      + action(change)
                      + back(step)
                      + "|@"));
      FieldChanges.between(text(change.path("before")), text(change.path("after")))
          .lines(colours)
          .forEach(out::println);
    }
  }

  private static String text(JsonNode text) {
    return text.isNull() ? "" : text.asText();
  }

  private static String author(JsonNode step) {
    String token = text(step.path("token"));
    return step.path("author").asText()
        + (token.isEmpty() ? "" : " (" + text(step.path("role")) + ", token " + token + ")");
  }

  private static String back(JsonNode step) {
    return step.path("backTo").isNumber() ? ", back to " + step.path("backTo").asText() : "";
  }

  private static String seconds(String time) {
    return time.isEmpty() ? "" : Instant.parse(time).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String action(JsonNode change) {
    if (change.path("before").isNull()) {
      return "created";
    }
    return change.path("after").isNull() ? "deleted" : "changed";
  }
}
