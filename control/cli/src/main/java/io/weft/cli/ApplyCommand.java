package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Puts documents into force, each file whole or not at all. */
@Command(
    name = "apply",
    description = "Put policies into force, each file whole or not at all.",
    mixinStandardHelpOptions = true)
final class ApplyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Connection control;
  @Mixin private Sources sources;
  @Mixin private Waiting waiting;

  @Option(names = "--dry-run", description = "Only check, and say what would happen.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException, InterruptedException {
    waiting.check(spec, dryRun);
    try {
      sources.each(this::apply);
    } finally {
      spec.commandLine().getOut().flush();
    }
    waiting.await(control, spec.commandLine().getOut());
    return 0;
  }

  private void apply(String name, byte[] text) {
    JsonNode outcome = control.post("/v1/config" + (dryRun ? "?dryRun=true" : ""), text, name);
    PrintWriter out = spec.commandLine().getOut();
    outcome.path("documents").forEach(done -> out.println(line(done, outcome)));
    Problems.warnings(outcome).forEach(out::println);
    out.flush();
    waiting.made(outcome);
  }

  private String line(JsonNode done, JsonNode outcome) {
    String action = done.path("action").asText();
    return Tables.path(done)
        + (dryRun ? " would be " : " ")
        + action
        + (dryRun || action.equals("unchanged")
            ? ""
            : " in generation " + outcome.path("generation").asLong());
  }
}
