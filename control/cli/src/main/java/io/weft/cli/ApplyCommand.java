package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.control.document.DocumentReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
  private static final String STDIN = "-";

  @Spec private CommandSpec spec;
  @Mixin private Connection control;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      required = true,
      description =
          "A YAML or JSON file, a folder of such (*.yaml, *.yml, *.json), or - for stdin.")
  private List<String> files = List.of();

  @Option(names = "--dry-run", description = "Only say what would happen.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException {
    List<String> refused = new ArrayList<>();
    for (String file : sources()) {
      try {
        apply(file);
      } catch (Unreachable e) {
        throw e;
      } catch (Refusal e) {
        refused.addAll(e.lines());
      }
    }
    if (!refused.isEmpty()) {
      throw new Refusal(refused);
    }
    return 0;
  }

  private void apply(String file) {
    boolean stdin = file.equals(STDIN);
    byte[] text;
    try {
      text = stdin ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
    } catch (IOException e) {
      throw new Refusal(Refusal.reason(e));
    }
    if (text.length > DocumentReader.LONGEST) {
      // Control would not read it to the end, and hang up.
      throw new Refusal(List.of((stdin ? "stdin" : file) + ": is too long; at most 1 MiB is read"));
    }
    JsonNode outcome =
        control.post("/v1/config" + (dryRun ? "?dryRun=true" : ""), text, stdin ? "stdin" : file);
    PrintWriter out = spec.commandLine().getOut();
    outcome.path("documents").forEach(done -> out.println(line(done, outcome)));
    outcome.path("warnings").forEach(warning -> out.println("warning: " + Problems.line(warning)));
    out.flush();
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

  private List<String> sources() throws IOException {
    List<String> sources = new ArrayList<>();
    for (String name : files) {
      Path path = Path.of(name);
      if (name.equals(STDIN) || Files.isRegularFile(path)) {
        sources.add(name);
      } else if (Files.isDirectory(path)) {
        int before = sources.size();
        try (Stream<Path> below = Files.walk(path)) {
          below.filter(ApplyCommand::isDocument).map(Path::toString).sorted().forEach(sources::add);
        }
        if (sources.size() == before) {
          throw new Refusal("no *.yaml, *.yml or *.json below " + name);
        }
      } else {
        throw new Refusal("there is no file or folder " + name);
      }
    }
    return sources;
  }

  private static boolean isDocument(Path path) {
    return Files.isRegularFile(path) && path.toString().matches(".*\\.(yaml|yml|json)");
  }
}
