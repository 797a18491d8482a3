package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts documents back as they were. */
@Command(
    name = "rollback",
    description =
        "Put policies back as they were at a generation, which makes a new one; an editor's token"
            + " does so in its namespace.",
    mixinStandardHelpOptions = true)
final class RollbackCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Connection control;
  @Mixin private Waiting waiting;

  @Parameters(paramLabel = "GENERATION", description = "As weft history shows it.")
  private long generation;

  @Option(
      names = {"-n", "--namespace"},
      defaultValue = "",
      description = "Policies of this namespace alone.")
  private String namespace = "";

  @Option(names = "--dry-run", description = "Only check, and show what would change.")
  private boolean dryRun;

  @Override
  public Integer call() throws InterruptedException {
    waiting.check(spec, dryRun);
    JsonNode outcome =
        control.post(
            "/v1/rollback?generation="
                + generation
                + "&namespace="
                + URLEncoder.encode(namespace, StandardCharsets.UTF_8)
                + (dryRun ? "&dryRun=true" : ""),
            new byte[0],
            "");
    PrintWriter out = spec.commandLine().getOut();
    if (outcome.path("documents").isEmpty()) {
      out.println("Nothing differs from generation " + generation + ".");
    } else if (dryRun) {
      DiffCommand.print(outcome, out, spec.commandLine().getColorScheme());
    } else {
      for (JsonNode done : outcome.path("documents")) {
        out.println(
            "%s %s in generation %d, as it was in %d"
                .formatted(
                    Tables.path(done),
                    done.path("action").asText(),
                    outcome.path("generation").asLong(),
                    generation));
      }
    }
    Problems.warnings(outcome).forEach(out::println);
    out.flush();
    waiting.made(outcome);
    waiting.await(control, out);
    return 0;
  }
}
