package io.weft.cli.demo;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a program of this machine to its end. */
final class Command {
  private Command() {}

  /** Exit code (-1: not started, or not over in time) and what it printed, errors included. */
  record Result(int exit, String output) {
    boolean succeeded() {
      return exit == 0;
    }

    /** The last line that says something. */
    String lastLine() {
      List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
      return lines.isEmpty() ? "" : lines.get(lines.size() - 1).strip();
    }
  }

  /** Runs it, for so long at most. */
  static Result run(Duration most, String... command) {
    return run(most, Map.of(), List.of(command));
  }

  /** Runs it likewise, with these variables added to its environment. */
  static Result run(Duration most, Map<String, String> environment, List<String> command) {
    try {
      Path output = Files.createTempFile("weft-", ".out");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean over = process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
        if (!over) {
          process.destroyForcibly();
        }
        return new Result(
            over ? process.exitValue() : -1, Files.readString(output, StandardCharsets.UTF_8));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      return new Result(-1, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Result(-1, "interrupted");
    }
  }

  /** Where a program is on PATH. */
  static Optional<Path> onPath(String program) {
    String path = System.getenv("PATH");
    return Stream.of(path == null ? new String[0] : path.split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
