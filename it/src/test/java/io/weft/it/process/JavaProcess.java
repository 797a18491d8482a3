package io.weft.it.process;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of its own. Its output is kept line by line, standard error among standard output, and
 * shown in the message of whatever waits for it in vain. Closing it asks it to stop, and then makes
 * it.
 */
public final class JavaProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration THREAD_DUMP = Duration.ofSeconds(5);

  private final String name;
  private final Process process;
  private final Duration patience;
  private final List<String> lines = new ArrayList<>();
  private final Thread reader;

  private JavaProcess(String name, Process process, Duration patience) {
    this.name = name;
    this.process = process;
    this.patience = patience;
    this.reader = new Thread(this::read, "output of " + name);
    reader.setDaemon(true);
    reader.start();
  }

  /** A process to be; the name stands in messages only. */
  public static Builder of(String name) {
    return new Builder(name);
  }

  /**
   * Waits until a line, past or to come, has a match, and returns it; fails with all output if the
   * process ends or time is up.
   */
  public Matcher awaitLine(String regex) {
    Matcher line = await(Pattern.compile(regex), 0, patience);
    if (line == null) {
      tellThreads();
      throw new AssertionError("no line matches /" + regex + "/ in the output of " + describe());
    }
    return line;
  }

  /** The first match from a line on; null if there is none in time, or the output ends. */
  private @Nullable Matcher await(Pattern pattern, int from, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    synchronized (lines) {
      int next = from;
      while (true) {
        for (; next < lines.size(); next++) {
          Matcher matcher = pattern.matcher(lines.get(next));
          if (matcher.find()) {
            return matcher;
          }
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0 || !reader.isAlive()) {
          return null;
        }
        try {
          lines.wait(Math.min(left, 200));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new AssertionError("interrupted while waiting for " + name, e);
        }
      }
    }
  }

  /** Has it print what its threads are at, for whoever asks why it is late. */
  private void tellThreads() {
    if (process.isAlive()) {
      int from = output().size();
      signal("QUIT");
      await(Pattern.compile("^JNI global refs"), from, THREAD_DUMP);
    }
  }

  /** All lines so far. */
  public List<String> output() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  /** Writes a line to its standard input. */
  public void send(String line) {
    try {
      process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(describe(), e);
    }
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it still runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for its end and returns the exit code, with all output read. */
  public int awaitExit() {
    try {
      if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("still running: " + describe());
      }
      reader.join(PATIENCE.toMillis());
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + name, e);
    }
  }

  /** Asks it to stop (SIGTERM) and waits for its end. */
  public int stop() {
    process.destroy();
    return awaitExit();
  }

  /** Interrupts it as Ctrl-C does (SIGINT). */
  public void interrupt() {
    signal("INT");
  }

  /** Stands still until {@link #goOn}: what connects to it gets no answer (SIGSTOP). */
  public void standStill() {
    signal("STOP");
  }

  /** Goes on (SIGCONT). */
  public void goOn() {
    signal("CONT");
  }

  private void signal(String signal) {
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
          .inheritIO()
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot signal " + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while signalling " + name, e);
    }
  }

  /** Ends it as kill -9 would, and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitExit();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private String describe() {
    return name
        + (process.isAlive() ? "" : ", which ended with " + process.exitValue())
        + ":\n"
        + String.join("\n", output());
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
      // The stream ends with the process; whoever waits sees that it is gone.
    }
  }

  /** How a process shall be started. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private Jdk jdk = Jdk.current();
    private final List<String> options = new ArrayList<>();
    private final List<String> program = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private Duration patience = PATIENCE;

    private Builder(String name) {
      this.name = name;
    }

    /** On this JDK; else on the one that runs the tests. */
    public Builder jdk(Jdk jdk) {
      this.jdk = jdk;
      return this;
    }

    /** With the packaged agent and these agent arguments ("" for none). */
    public Builder agent(String arguments) {
      return option(
          "-javaagent:" + Artifacts.agentJar() + (arguments.isEmpty() ? "" : "=" + arguments));
    }

    /** What waits for it in vain gives up after so long. */
    public Builder patience(Duration duration) {
      this.patience = duration;
      return this;
    }

    /** With an option of the JVM, such as -Dx=y. */
    public Builder option(String option) {
      options.add(option);
      return this;
    }

    /** With a variable in its environment. */
    public Builder env(String key, String value) {
      environment.put(key, value);
      return this;
    }

    /** With these variables in its environment. */
    public Builder env(Map<String, String> variables) {
      environment.putAll(variables);
      return this;
    }

    /** On a machine whose clock is off by so much. */
    public Builder clockOff(Duration by) {
      return env(WrongClock.environment(by));
    }

    /** Runs a jar. */
    public Builder jar(Path jar, String... arguments) {
      program.add("-jar");
      program.add(jar.toString());
      program.addAll(List.of(arguments));
      return this;
    }

    /** Runs a main class from a class path. */
    public Builder main(List<Path> classPath, String mainClass, String... arguments) {
      program.add("-cp");
      program.add(String.join(File.pathSeparator, classPath.stream().map(Path::toString).toList()));
      program.add(mainClass);
      program.addAll(List.of(arguments));
      return this;
    }

    /** Starts it. */
    public JavaProcess start() {
      List<String> command = new ArrayList<>();
      command.add(jdk.java().toString());
      command.add("-XX:TieredStopAtLevel=1");
      command.add("-Xmx256m");
      command.addAll(options);
      command.addAll(program);
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().keySet().removeIf(JavaProcess::steersTheAgent);
      builder.environment().putAll(environment);
      try {
        return new JavaProcess(name, builder.start(), patience);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot start " + name, e);
      }
    }
  }

  private static boolean steersTheAgent(String variable) {
    return variable.startsWith("WEFT_")
        || variable.startsWith("OTEL_")
        || variable.equals("JAVA_TOOL_OPTIONS");
  }
}
