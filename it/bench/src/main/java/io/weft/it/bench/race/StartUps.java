package io.weft.it.bench.race;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** How long an application takes from its start to its first answer, and its memory then. */
final class StartUps {
  private static final List<Party> PARTIES = List.of(Party.DIRECT, Party.WEFT_PLAIN, Party.OTEL);

  private final Map<Party, List<Start>> starts = new EnumMap<>(Party.class);

  private record Start(double millis, double megabytes) {}

  /** Starts it in turn alone and with each agent, the first time without looking. */
  static StartUps measure(Stable stable, int rounds, Progress progress) throws IOException {
    StartUps measured = new StartUps();
    for (int round = 0; round <= rounds; round++) {
      for (Party party : PARTIES) {
        progress.at("starting an application", party + ", " + round + " of " + rounds);
        Start start = start(stable, party);
        if (round > 0) {
          measured.starts.computeIfAbsent(party, key -> new ArrayList<>()).add(start);
        }
      }
    }
    return measured;
  }

  private static Start start(Stable stable, Party party) throws IOException {
    HttpClient client = HttpClient.newHttpClient();
    long begun = System.nanoTime();
    try (Program callee = stable.callee(party)) {
      String port = callee.await("serving on port (\\d+)").group(1);
      client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/items/200"))
              .timeout(Duration.ofSeconds(30))
              .build(),
          BodyHandlers.discarding());
      double millis = (System.nanoTime() - begun) / 1e6;
      // What comes up beside main has come up by then.
      TimeUnit.SECONDS.sleep(1);
      return new Start(millis, Kernel.residentBytes(callee.pid()) / 1e6);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** By party. */
  Map<Party, Spread> millis() {
    Map<Party, Spread> all = new EnumMap<>(Party.class);
    starts.forEach((party, each) -> all.put(party, spread(each, true)));
    return all;
  }

  /** By party. */
  Map<Party, Spread> megabytes() {
    Map<Party, Spread> all = new EnumMap<>(Party.class);
    starts.forEach((party, each) -> all.put(party, spread(each, false)));
    return all;
  }

  List<Verdict> verdicts() {
    return List.of(
        Verdict.atMost("start-up added", "Spring Boot to its first answer", added(true), 500, "ms"),
        Verdict.atMost("memory added", "Spring Boot, started", added(false), 30, "MB"));
  }

  private Optional<Spread> added(boolean time) {
    List<Start> alone = starts.getOrDefault(Party.DIRECT, List.of());
    List<Start> meshed = starts.getOrDefault(Party.WEFT_PLAIN, List.of());
    if (alone.isEmpty() || meshed.isEmpty()) {
      return Optional.empty();
    }
    double[] values = new double[Math.min(alone.size(), meshed.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          time
              ? meshed.get(i).millis() - alone.get(i).millis()
              : meshed.get(i).megabytes() - alone.get(i).megabytes();
    }
    return Optional.of(Spread.of(values));
  }

  private static Spread spread(List<Start> starts, boolean time) {
    return Spread.of(
        starts.stream().mapToDouble(each -> time ? each.millis() : each.megabytes()).toArray());
  }
}
