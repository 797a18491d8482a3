package io.weft.it.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures what an agent adds to an application's start and memory: starts the application in turn
 * without and with it, waits for the line that says it is ready, and compares the medians.
 *
 * <pre>
 * StartUpMeter &lt;rounds&gt; &lt;agent option&gt; &lt;ready pattern&gt; &lt;java arguments&gt;...
 * </pre>
 *
 * <p>for example {@code 10 -javaagent:weft-agent.jar=weft.service=storefront "Started .* in" -jar
 * storefront.jar}. Resident memory is read from /proc, a moment after the line, where there is one.
 */
public final class StartUpMeter {
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final int BEFORE_PATTERN = 3;

  private final String agent;
  private final Pattern ready;
  private final List<String> application;

  private StartUpMeter(String agent, Pattern ready, List<String> application) {
    this.agent = agent;
    this.ready = ready;
    this.application = application;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length <= BEFORE_PATTERN) {
      System.err.println(
          "usage: StartUpMeter <rounds> <agent option> <ready pattern> <java arguments>...");
      System.exit(2);
    }
    List<String> all = List.of(args);
    new StartUpMeter(args[1], Pattern.compile(args[2]), all.subList(BEFORE_PATTERN, all.size()))
        .measure(Integer.parseInt(args[0]));
  }

  private void measure(int rounds) throws IOException, InterruptedException {
    // The first of each fills the caches of the operating system.
    start(List.of());
    start(List.of(agent));
    List<Start> without = new ArrayList<>();
    List<Start> with = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      without.add(start(List.of()));
      with.add(start(List.of(agent)));
    }
    Start plain = median(without);
    Start meshed = median(with);
    System.out.printf(
        Locale.ROOT,
        "without: %d ms, %d MB%nwith:    %d ms, %d MB%nadded:   %d ms, %d MB (median of %d)%n",
        plain.millis(),
        plain.megabytes(),
        meshed.millis(),
        meshed.megabytes(),
        meshed.millis() - plain.millis(),
        meshed.megabytes() - plain.megabytes(),
        rounds);
  }

  private Start start(List<String> options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(options);
    command.addAll(application);
    long begun = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (ready.matcher(line).find()) {
          long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
          // What comes up beside main has come up by then.
          TimeUnit.SECONDS.sleep(1);
          return new Start(millis, resident(process.pid()));
        }
      }
      throw new IOException("ended before it was ready: " + String.join(" ", command));
    } finally {
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  private static long resident(long pid) throws IOException {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    Matcher matcher = RESIDENT.matcher(Files.readString(status));
    return matcher.find() ? Long.parseLong(matcher.group(1)) / 1024 : 0;
  }

  private static Start median(List<Start> starts) {
    return new Start(
        starts.stream().mapToLong(Start::millis).sorted().toArray()[starts.size() / 2],
        starts.stream().mapToLong(Start::megabytes).sorted().toArray()[starts.size() / 2]);
  }

  private record Start(long millis, long megabytes) {}
}
