package io.weft.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process that the demo started. Thread-safe. */
final class Program {
  private static final int LAST_LINES = 15;
  private static final long STOP_SECONDS = 8;

  private final String name;
  private final Process process;
  private final Path log;

  private Program(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  static Program start(
      String name, Path folder, Map<String, String> environment, List<String> command) {
    Path log = folder.resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    // The settings of whoever calls the demo are not those of its parts.
    builder.environment().keySet().removeIf(Program::steers);
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      return new Program(name, process, log);
    } catch (IOException e) {
      throw new DemoException("cannot start " + name + ": " + e.getMessage());
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Waits for a line of its output that matches.
   *
   * @throws DemoException with its last words, if it ends or does not say so in time
   */
  Matcher awaitLine(Duration most, String regex) {
    Pattern pattern = Pattern.compile(regex);
    Matcher[] found = new Matcher[1];
    boolean seen =
        Await.until(
            most,
            () -> {
              for (String line : output().lines().toList()) {
                Matcher matcher = pattern.matcher(line);
                if (matcher.find()) {
                  found[0] = matcher;
                  return true;
                }
              }
              mustBeAlive();
              return false;
            });
    if (!seen) {
      throw new DemoException(
          name + " is not ready after " + most.toSeconds() + " s" + lastWords());
    }
    return found[0];
  }

  /**
   * Fails if it has ended.
   *
   * @throws DemoException with its last words
   */
  void mustBeAlive() {
    if (!process.isAlive()) {
      throw new DemoException(name + " ended with " + process.exitValue() + lastWords());
    }
  }

  /** The end of its output, for messages. */
  String lastWords() {
    List<String> lines = output().lines().toList();
    List<String> last = lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
    return last.isEmpty() ? "" : "; its last words:\n  " + String.join("\n  ", last);
  }

  /** Ends it as kill -9 does. */
  void kill() {
    process.destroyForcibly();
    join(STOP_SECONDS);
  }

  void askToStop() {
    process.destroy();
  }

  /** Asks it to stop, and makes it if it does not. */
  void stop() {
    process.destroy();
    if (!join(STOP_SECONDS)) {
      process.destroyForcibly();
      join(STOP_SECONDS);
    }
  }

  private boolean join(long seconds) {
    try {
      return process.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private String output() {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private static boolean steers(String variable) {
    return variable.startsWith("WEFT_")
        || variable.startsWith("OTEL_")
        || variable.startsWith("ETCD")
        || variable.equals("JAVA_TOOL_OPTIONS");
  }
}
