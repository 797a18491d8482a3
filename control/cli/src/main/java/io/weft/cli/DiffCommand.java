package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what apply would change. */
@Command(
    name = "diff",
    description = "Show what apply would change, field by field; checks the same, writes nothing.",
    mixinStandardHelpOptions = true)
final class DiffCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Connection control;
  @Mixin private Sources sources;

  @Option(
      names = {"-o", "--output"},
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}.")
  private Output output = Output.table;

  private final ArrayNode documents = JsonNodeFactory.instance.arrayNode();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try {
      sources.each(this::diff);
    } finally {
      if (output != Output.table) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.set("documents", documents);
        out.println(output.of(all));
      }
      out.flush();
    }
    return 0;
  }

  private void diff(String name, byte[] text) {
    JsonNode outcome = control.post("/v1/config?dryRun=true", text, name);
    PrintWriter out = spec.commandLine().getOut();
    if (output == Output.table) {
      print(outcome, out, spec.commandLine().getColorScheme());
      Problems.warnings(outcome).forEach(out::println);
      return;
    }
    for (JsonNode done : outcome.path("documents")) {
      ObjectNode document = documents.addObject();
      for (String field : new String[] {"kind", "namespace", "name", "action"}) {
        document.set(field, done.path(field));
      }
      document.set("changes", changes(done).json());
    }
  }

  /** What would become of each document, of an outcome that tells their texts. */
  static void print(JsonNode outcome, PrintWriter out, ColorScheme colours) {
    for (JsonNode done : outcome.path("documents")) {
      String action = done.path("action").asText();
      boolean unchanged = action.equals("unchanged");
      out.println(
          colours
              .ansi()
              .string(
                  "@|bold "
                      + Tables.path(done)
                      + (unchanged ? " " : " would be ")
                      + action
                      + "|@"));
      if (!unchanged) {
        changes(done).lines(colours).forEach(out::println);
      }
    }
  }

  private static FieldChanges changes(JsonNode done) {
    return FieldChanges.between(done.path("before").asText(), done.path("after").asText());
  }
}
