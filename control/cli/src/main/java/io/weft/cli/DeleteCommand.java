package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes documents out of force. */
@Command(
    name = "delete",
    description = "Take policies out of force.",
    mixinStandardHelpOptions = true)
final class DeleteCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Connection control;
  @Mixin private Waiting waiting;

  @Parameters(
      arity = "1..*",
      paramLabel = "KIND/NAME",
      description = "Such as Route/orders or Route/shop/orders (kind, namespace, name).")
  private List<String> documents = List.of();

  @Option(
      names = {"-n", "--namespace"},
      defaultValue = "",
      description = "Namespace of those named without (default).")
  private String namespace = "";

  @Override
  public Integer call() throws InterruptedException {
    waiting.check(spec, false);
    PrintWriter out = spec.commandLine().getOut();
    for (String document : documents) {
      if (!document.contains("/")) {
        throw new Refusal(document + " must be Kind/name or Kind/namespace/name");
      }
      JsonNode outcome = control.delete("/v1/config" + DocumentPath.of(document, namespace));
      for (JsonNode done : outcome.path("documents")) {
        out.println(
            Tables.path(done) + " deleted in generation " + outcome.path("generation").asLong());
      }
      out.flush();
      waiting.made(outcome);
    }
    waiting.await(control, out);
    return 0;
  }
}
