package io.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.control.document.JsonSchema;
import io.weft.control.document.Kind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what documents may hold, for editors. Asks nobody. */
@Command(
    name = "schema",
    description = "Print the JSON Schema of a kind, so that editors know its fields.",
    mixinStandardHelpOptions = true)
final class SchemaCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "KIND",
      description = "Such as Retry. Without one, a schema of all, which refers to theirs.")
  private @Nullable String kind;

  @Option(
      names = "--all",
      paramLabel = "DIRECTORY",
      description = "Write all of them there: weft.json and one for each kind.")
  private @Nullable Path directory;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (directory != null) {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve("weft.json"), text(JsonSchema.ofAny()));
      for (Kind each : Kind.values()) {
        Files.writeString(directory.resolve(JsonSchema.file(each)), text(JsonSchema.of(each)));
      }
      out.println(Kind.values().length + 1 + " schemas in " + directory);
    } else {
      out.print(text(kind == null ? JsonSchema.ofAny() : JsonSchema.of(known(kind))));
    }
    out.flush();
    return 0;
  }

  private Kind known(String word) {
    return Kind.of(word)
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "unknown kind " + word + "; there are " + String.join(", ", Kind.words())));
  }

  private static String text(ObjectNode schema) {
    return schema.toPrettyString() + "\n";
  }
}
