package io.weft.it.bench.fleet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process under measurement. */
final class Program implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(1);
  private static final int LINES_KEPT = 40;

  private final String name;
  private final Process process;
  private final CompletableFuture<Matcher> ready = new CompletableFuture<>();
  private final Deque<String> last = new ArrayDeque<>();

  private Program(String name, Process process, Pattern line) {
    this.name = name;
    this.process = process;
    Thread reader = new Thread(() -> read(line), "output of " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts it and waits for a line of its output. */
  static Program start(List<String> command, Pattern line) throws IOException {
    Program program =
        new Program(
            command.get(0), new ProcessBuilder(command).redirectErrorStream(true).start(), line);
    try {
      program.ready();
    } catch (IOException e) {
      program.close();
      throw e;
    }
    return program;
  }

  /** What that line said. */
  Matcher ready() throws IOException {
    try {
      return ready.get(START.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(name + " does not start: " + said(), e);
    }
  }

  String said() {
    synchronized (last) {
      return String.join("\n", last);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Processor time that it has used. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Resident memory in megabytes, where /proc tells. */
  long megabytes() {
    return memory("VmRSS");
  }

  /** The most that it has ever been. */
  long mostMegabytes() {
    return memory("VmHWM");
  }

  private long memory(String name) {
    try {
      Matcher line =
          Pattern.compile(name + ":\\s+(\\d+) kB")
              .matcher(Files.readString(Path.of("/proc", Long.toString(process.pid()), "status")));
      return line.find() ? Long.parseLong(line.group(1)) / 1024 : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /** As kill -9 does. */
  void kill() {
    process.destroyForcibly();
    var unused = process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    process.destroy();
    var unused = process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
    if (process.isAlive()) {
      kill();
    }
  }

  private void read(Pattern wanted) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (last) {
          last.add(line);
          if (last.size() > LINES_KEPT) {
            last.remove();
          }
        }
        Matcher matcher = wanted.matcher(line);
        if (matcher.find()) {
          ready.complete(matcher);
        }
      }
    } catch (IOException e) {
      // It has ended.
    }
    ready.completeExceptionally(new IOException("it has ended"));
  }
}
