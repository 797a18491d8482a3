package io.weft.it.bench.race;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** How long an application takes from its start to its first answer, and its memory then. */
final class StartUps {
  private static final List<Party> PARTIES = List.of(Party.DIRECT, Party.WEFT_PLAIN, Party.OTEL);
  private static final List<Party> ARCHIVED = List.of(Party.DIRECT, Party.WEFT_PLAIN);
  // Without the second the JVM leaves an archive aside where there is an agent.
  private static final List<String> ARCHIVING =
      List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:+AllowArchivingWithJavaAgent");

  private final Map<Party, List<Start>> starts = new EnumMap<>(Party.class);
  private final Map<Party, List<Start>> archived = new EnumMap<>(Party.class);
  private final Map<Party, Map<String, Double>> held = new EnumMap<>(Party.class);

  /**
   * One start.
   *
   * @param millis until the first answer
   * @param megabytes resident memory a second later
   * @param cpuSeconds processor time until then, of threads that have ended as well
   * @param compilerSeconds of it the JVM's compilers
   * @param collectorSeconds of it collections of garbage
   */
  private record Start(
      double millis,
      double megabytes,
      double cpuSeconds,
      double compilerSeconds,
      double collectorSeconds) {}

  /** What is looked at in one that has just started. */
  private interface Look<T> {
    T at(Program callee, double millis) throws IOException;
  }

  /**
   * Starts it in turn alone and with each agent, and the same with an archive of its classes; the
   * first time without looking, to make the archives.
   */
  static StartUps measure(Stable stable, int rounds, Progress progress) throws IOException {
    StartUps measured = new StartUps();
    for (int round = 0; round <= rounds; round++) {
      for (Party party : PARTIES) {
        progress.at("starting an application", party + ", " + round + " of " + rounds);
        add(measured.starts, round, party, start(stable, party, List.of(), StartUps::look));
      }
      for (Party party : ARCHIVED) {
        progress.at(
            "starting an application", party + " with an archive, " + round + " of " + rounds);
        add(measured.archived, round, party, startArchived(stable, party, round == 0));
      }
    }
    // A round of its own, as the counting is not for nothing.
    for (Party party : PARTIES) {
      progress.at("looking at memory", party.title());
      measured.held.put(
          party,
          start(stable, party, HeldMemory.COUNTING, (callee, millis) -> HeldMemory.of(callee)));
    }
    return measured;
  }

  private static void add(Map<Party, List<Start>> to, int round, Party party, Start start) {
    if (round > 0) {
      to.computeIfAbsent(party, key -> new ArrayList<>()).add(start);
    }
  }

  private static Start startArchived(Stable stable, Party party, boolean training)
      throws IOException {
    Path archive = stable.archive(party);
    List<String> options = new ArrayList<>(ARCHIVING);
    options.add((training ? "-XX:ArchiveClassesAtExit=" : "-XX:SharedArchiveFile=") + archive);
    Start start = start(stable, party, options, StartUps::look);
    if (!Files.exists(archive)) {
      throw new IOException("no archive of classes was made of " + party);
    }
    return start;
  }

  private static Start look(Program callee, double millis) {
    long pid = callee.pid();
    return new Start(
        millis,
        Kernel.residentBytes(pid) / 1e6,
        Kernel.cpu(pid).map(time -> time.toMillis() / 1e3).orElse(0.0),
        Kernel.cpuSeconds(pid, List.of("C1 Compiler", "C2 Compiler")),
        Kernel.cpuSeconds(pid, List.of("GC Thread", "G1 ")));
  }

  private static <T> T start(Stable stable, Party party, List<String> options, Look<T> look)
      throws IOException {
    HttpClient client = HttpClient.newHttpClient();
    long begun = System.nanoTime();
    try (Program callee = stable.callee(party, options)) {
      String port = callee.await("serving on port (\\d+)").group(1);
      client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/items/200"))
              .timeout(Duration.ofSeconds(30))
              .build(),
          BodyHandlers.discarding());
      double millis = (System.nanoTime() - begun) / 1e6;
      // What comes up beside main has come up by then.
      TimeUnit.SECONDS.sleep(1);
      return look.at(callee, millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** What was measured, by party. */
  Map<String, Map<Party, Spread>> figures() {
    Map<String, Map<Party, Spread>> all = new LinkedHashMap<>();
    all.put("first answer, ms", spreads(starts, Start::millis));
    all.put("processor time until a second later, s", spreads(starts, Start::cpuSeconds));
    all.put("of it the JVM's compilers, s", spreads(starts, Start::compilerSeconds));
    all.put("of it collections of garbage, s", spreads(starts, Start::collectorSeconds));
    all.put("resident memory then, MB", spreads(starts, Start::megabytes));
    held.forEach(
        (party, kinds) ->
            kinds.forEach(
                (kind, megabytes) ->
                    all.computeIfAbsent(
                            "in one more start: " + kind + ", MB",
                            key -> new EnumMap<>(Party.class))
                        .put(party, Spread.of(megabytes))));
    all.put("first answer with an archive of classes, ms", spreads(archived, Start::millis));
    all.put(
        "processor time until a second later with the archive, s",
        spreads(archived, Start::cpuSeconds));
    all.put("resident memory then with the archive, MB", spreads(archived, Start::megabytes));
    return all;
  }

  private static Map<Party, Spread> spreads(
      Map<Party, List<Start>> starts, ToDoubleFunction<Start> figure) {
    Map<Party, Spread> all = new EnumMap<>(Party.class);
    starts.forEach(
        (party, each) -> all.put(party, Spread.of(each.stream().mapToDouble(figure).toArray())));
    return all;
  }

  List<Verdict> verdicts() {
    return List.of(
        Verdict.atMost(
            "start-up added",
            "Spring Boot to its first answer",
            added(starts, Start::millis),
            500,
            "ms"),
        Verdict.atMost(
            "start-up added",
            "the same, both with an archive of classes",
            added(archived, Start::millis),
            250,
            "ms"),
        Verdict.atMost(
            "memory added", "Spring Boot, started", added(starts, Start::megabytes), 30, "MB"));
  }

  private static Optional<Spread> added(
      Map<Party, List<Start>> starts, ToDoubleFunction<Start> figure) {
    List<Start> alone = starts.getOrDefault(Party.DIRECT, List.of());
    List<Start> meshed = starts.getOrDefault(Party.WEFT_PLAIN, List.of());
    if (alone.isEmpty() || meshed.isEmpty()) {
      return Optional.empty();
    }
    double[] values = new double[Math.min(alone.size(), meshed.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = figure.applyAsDouble(meshed.get(i)) - figure.applyAsDouble(alone.get(i));
    }
    return Optional.of(Spread.of(values));
  }
}
