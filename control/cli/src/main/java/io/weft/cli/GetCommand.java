package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows documents in force. */
@Command(
    name = "get",
    description = "Show the policies in force: all, of a kind, or one.",
    mixinStandardHelpOptions = true)
final class GetCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Connection control;

  @Parameters(
      arity = "0..1",
      paramLabel = "KIND[/NAME]",
      defaultValue = "",
      description = "Such as Route, Route/orders or Route/shop/orders (kind, namespace, name).")
  private String what = "";

  @Option(
      names = {"-n", "--namespace"},
      defaultValue = "",
      description = "Of this namespace alone; where one is named: default.")
  private String namespace = "";

  @Option(
      names = {"-o", "--output"},
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}; yaml shows the documents as they were written.")
  private Output output = Output.table;

  @Override
  public Integer call() {
    JsonNode answer = ofNamespace(control.get("/v1/config" + DocumentPath.of(what, namespace)));
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case json -> out.println(output.of(answer));
      case yaml -> {
        String between = "";
        for (JsonNode document : answer.path("documents")) {
          out.print(between);
          out.println(document.path("text").asText().stripTrailing());
          between = "---\n";
        }
      }
      case table -> table(answer, out);
    }
    out.flush();
    return 0;
  }

  // Without a kind, control tells those of all namespaces.
  private JsonNode ofNamespace(JsonNode answer) {
    if (namespace.isEmpty() || !what.isEmpty()) {
      return answer;
    }
    ObjectNode some = JsonNodeFactory.instance.objectNode();
    ArrayNode documents = some.putArray("documents");
    for (JsonNode document : answer.path("documents")) {
      if (document.path("namespace").asText().equals(namespace)) {
        documents.add(document);
      }
    }
    return some;
  }

  private void table(JsonNode answer, PrintWriter out) {
    if (answer.path("documents").isEmpty()) {
      out.println(
          "No "
              + (what.isEmpty() ? "policies" : what)
              + " in force"
              + (namespace.isEmpty() ? "" : " in namespace " + namespace)
              + ".");
      return;
    }
    Tables table = new Tables("KIND", "NAMESPACE", "NAME", "GENERATION", "PROBLEM");
    for (JsonNode document : answer.path("documents")) {
      long generation = document.path("generation").asLong();
      table.row(
          document.path("kind").asText(),
          document.path("namespace").asText(),
          document.path("name").asText(),
          generation == 0 ? "none" : Long.toString(generation),
          document.path("problems").isEmpty()
              ? ""
              : Problems.line(document.path("problems").path(0)));
    }
    table.lines(spec.commandLine().getColorScheme().ansi()).forEach(out::println);
  }
}
