package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows who changed what, newest first. */
@Command(
    name = "history",
    description = "Show who changed which policy when, newest first.",
    mixinStandardHelpOptions = true)
final class HistoryCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Connection control;

  @Option(
      names = {"-o", "--output"},
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}.")
  private Output output = Output.table;

  @Override
  public Integer call() {
    JsonNode answer = control.get("/v1/history");
    PrintWriter out = spec.commandLine().getOut();
    if (output != Output.table) {
      out.println(output.of(answer));
    } else if (answer.path("history").isEmpty()) {
      out.println("Nothing has been changed yet.");
    } else {
      Tables table = new Tables("GENERATION", "WHEN", "BY", "WHAT");
      for (JsonNode step : answer.path("history")) {
        step.path("changes")
            .forEach(
                change ->
                    table.row(
                        step.path("generation").asText(),
                        seconds(step.path("time").asText()),
                        step.path("author").asText(),
                        change.path("document").asText() + " " + action(change)));
      }
      table.lines(spec.commandLine().getColorScheme().ansi()).forEach(out::println);
    }
    out.flush();
    return 0;
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
