package io.weft.it.bench.race;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process of the race, spoken with by lines. Not thread-safe. */
final class Program implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(2);
  // Lines of what it has said, to tell why it does not say more.
  private static final int LAST = 20;

  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    // Who breaks a race off is left with nothing that goes on.
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private final String name;
  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private final Thread reader;
  private int read;

  private Program(String name, Process process) {
    this.name = name;
    this.process = process;
    RUNNING.add(process);
    this.reader = new Thread(this::read, "output of " + name);
    reader.setDaemon(true);
    reader.start();
  }

  static Builder of(String name) {
    return new Builder(name);
  }

  String name() {
    return name;
  }

  long pid() {
    return process.pid();
  }

  /** Waits for the next line that matches. */
  Matcher await(String regex) {
    return await(regex, START);
  }

  Matcher await(String regex, Duration patience) {
    Pattern pattern = Pattern.compile(regex);
    long deadline = System.nanoTime() + patience.toNanos();
    synchronized (lines) {
      while (true) {
        while (read < lines.size()) {
          Matcher matcher = pattern.matcher(lines.get(read++));
          if (matcher.find()) {
            return matcher;
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0 || !reader.isAlive()) {
          throw new IllegalStateException(
              name
                  + " has not said /"
                  + regex
                  + "/ but:\n"
                  + String.join(
                      "\n", lines.subList(Math.max(0, lines.size() - LAST), lines.size())));
        }
        try {
          lines.wait(Math.min(left, 200));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted while waiting for " + name, e);
        }
      }
    }
  }

  /** Writes a line to it, and waits for one that matches. */
  Matcher ask(String line, String regex, Duration patience) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    try {
      return await(regex, patience);
    } catch (IllegalStateException e) {
      // What it may still answer would be taken for the answer to the next line.
      close();
      throw e;
    }
  }

  /** What the JDK's jcmd answers to a command about it. */
  String jcmd(String... command) throws IOException {
    try (Program jcmd =
        of("jcmd")
            .with(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString())
            .with(Long.toString(pid()))
            .with(command)
            .start()) {
      return jcmd.toEnd();
    }
  }

  /** All that it says until it ends. */
  private String toEnd() throws IOException {
    try {
      reader.join(START.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + name, e);
    }
    synchronized (lines) {
      return String.join("\n", lines);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      // One that archives its classes as it ends takes its time.
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      RUNNING.remove(process);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void read() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        synchronized (lines) {
          lines.add(line);
          lines.notifyAll();
        }
      }
    } catch (IOException e) {
      // It ends with the process, and whoever waits sees that.
    }
  }

  /** How it shall be started. */
  static final class Builder {
    private final String name;
    private final List<String> command = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();

    private Builder(String name) {
      this.name = name;
    }

    /** The JDK that this runs on. */
    Builder java() {
      return with(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    }

    Builder with(String... arguments) {
      return with(List.of(arguments));
    }

    Builder with(List<String> arguments) {
      command.addAll(arguments);
      return this;
    }

    Builder env(Map<String, String> variables) {
      environment.putAll(variables);
      return this;
    }

    Program start() throws IOException {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().keySet().removeIf(Builder::steers);
      builder.environment().putAll(environment);
      return new Program(name, builder.start());
    }

    private static boolean steers(String variable) {
      return variable.startsWith("WEFT_")
          || variable.startsWith("OTEL_")
          || variable.equals("JAVA_TOOL_OPTIONS");
    }
  }
}
