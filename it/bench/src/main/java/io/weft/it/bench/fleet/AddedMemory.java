package io.weft.it.bench.fleet;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What the agent adds to the memory of a Spring Boot application that calls all services of a large
 * mesh. The services are external ones whose endpoints are written down, each with policies of its
 * own, so that nobody need run thousands of processes; nothing listens there, and each call ends as
 * its connection is refused.
 */
final class AddedMemory {
  private static final String NAME = "memory";
  private static final int INSTANCES = 10;
  // Of three documents each: control takes 63 at once.
  private static final int AT_ONCE = 20;
  private static final int ROUNDS = 3;
  private static final double GOAL = 30;
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final List<Jvm> JVMS =
      List.of(
          new Jvm("heap of 256 MB", List.of("-Xms256m", "-Xmx256m")),
          new Jvm("small heap", List.of("-Xmx64m", "-XX:+UseSerialGC")));

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path home;
  private final Stage stage;
  private final int services;

  /** How it is started. */
  private record Jvm(String name, List<String> options) {}

  /** Megabytes: resident just started and when all are called, and of live heap then. */
  private record Memory(double started, double called, double live) {
    Memory minus(Memory other) {
      return new Memory(started - other.started, called - other.called, live - other.live);
    }
  }

  private AddedMemory(Path home, Stage stage, int services) {
    this.home = home;
    this.stage = stage;
    this.services = services;
  }

  static void run(Stage.Props props, Path home, int endpoints, Report report) throws IOException {
    try (Stage stage = Stage.open(props)) {
      AddedMemory memory = new AddedMemory(home, stage, endpoints / INSTANCES);
      memory.write();
      for (Jvm jvm : JVMS) {
        memory.measure(jvm, endpoints, report);
      }
    }
  }

  private void write() throws IOException {
    for (int first = 0; first < services; first += AT_ONCE) {
      stage
          .control()
          .apply(
              IntStream.range(first, Math.min(first + AT_ONCE, services))
                  .mapToObj(AddedMemory::documents)
                  .collect(Collectors.joining("---\n")));
    }
  }

  private static String documents(int number) {
    String service = Placement.service(number);
    String endpoints =
        IntStream.range(0, INSTANCES)
            .mapToObj(i -> "{address: " + address(number * INSTANCES + i) + "}")
            .collect(Collectors.joining(", "));
    return """
        apiVersion: weft.io/v1
        kind: ExternalService
        metadata: {name: %1$s}
        spec:
          hosts: [%2$s]
          ports: [{number: 80, targetPort: 1}]
          endpoints: [%3$s]
        ---
        %4$s---
        apiVersion: weft.io/v1
        kind: Retry
        metadata: {name: %1$s}
        spec:
          to: {service: %1$s}
          conf: {attempts: 2, on: [connect-failure]}
        """
        .formatted(service, host(number), endpoints, Policies.timeout(number, 10_000));
  }

  private static String host(int number) {
    return Placement.service(number) + ".example";
  }

  /** One of this machine's own addresses. */
  private static String address(int number) {
    return "127.1." + (number >> 8) + "." + (number & 255);
  }

  private void measure(Jvm jvm, int endpoints, Report report) throws IOException {
    List<Memory> added = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      Memory alone = start(jvm, List.of(), number -> "http://127.0.0.1:1/");
      Memory meshed = start(jvm, agent(), number -> "http://" + host(number) + "/");
      added.add(meshed.minus(alone));
    }
    report.add(figure(endpoints, jvm, "just started", median(added, Memory::started)).atMost(GOAL));
    report.add(figure(endpoints, jvm, "all called", median(added, Memory::called)).atMost(GOAL));
    report.add(figure(endpoints, jvm, "all called, live heap", median(added, Memory::live)));
  }

  private static Figure figure(int endpoints, Jvm jvm, String when, double megabytes) {
    return Figure.of(NAME, endpoints, "added, " + jvm.name() + ", " + when, megabytes, "MB");
  }

  private static double median(List<Memory> all, ToDoubleFunction<Memory> of) {
    return all.stream().mapToDouble(of).sorted().toArray()[all.size() / 2];
  }

  private List<String> agent() throws IOException {
    ControlProcess control = stage.control();
    return List.of(
        "-javaagent:" + home.resolve("agent/dist/target/weft-agent.jar"),
        "-Dweft.service=large-caller",
        "-Dweft.control=127.0.0.1:" + control.address().getPort(),
        "-Dweft.token.file=" + control.root().resolveSibling("join-token"),
        "-Dweft.dir=" + Files.createTempDirectory(control.root().getParent(), "agent"),
        "-Dweft.drain=1ms");
  }

  private Memory start(Jvm jvm, List<String> agent, IntFunction<String> url) throws IOException {
    List<String> command = new ArrayList<>(List.of(tool("java")));
    command.addAll(jvm.options());
    command.addAll(agent);
    command.addAll(
        List.of(
            "-cp",
            home.resolve("it/bench/apps/target/classes")
                + File.pathSeparator
                + Files.readString(home.resolve("it/bench/apps/target/classpath")).strip(),
            "io.weft.it.bench.app.HttpCallee",
            "--server.port=0",
            "--server.address=127.0.0.1",
            "--spring.main.banner-mode=off"));
    try (Program program = Program.start(command, Pattern.compile("serving on port (\\d+)"))) {
      URI application = URI.create("http://127.0.0.1:" + program.ready().group(1));
      send(HttpRequest.newBuilder(application.resolve("/items/200")));
      SimulatedFleet.pause(Duration.ofSeconds(2));
      double started = program.megabytes();
      String urls = IntStream.range(0, services).mapToObj(url).collect(Collectors.joining("\n"));
      String tried =
          send(
              HttpRequest.newBuilder(application.resolve("/visits"))
                  .header("Content-Type", "text/plain")
                  .POST(HttpRequest.BodyPublishers.ofString(urls)));
      if (Integer.parseInt(tried) != services) {
        throw new IOException(
            "only " + tried + " of " + services + " services were known:\n" + program.said());
      }
      SimulatedFleet.pause(Duration.ofSeconds(2));
      return new Memory(started, program.megabytes(), live(program.pid()));
    }
  }

  private String send(HttpRequest.Builder request) throws IOException {
    try {
      HttpResponse<String> answer =
          http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IOException(answer.statusCode() + " " + answer.body());
      }
      return answer.body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** What a process holds in its heap after a collection, in megabytes. */
  private static double live(long pid) throws IOException {
    Process histogram =
        new ProcessBuilder(tool("jcmd"), Long.toString(pid), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String all = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher total = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)").matcher(all);
    if (!total.find()) {
      throw new IOException("no histogram of the heap: " + all);
    }
    return Long.parseLong(total.group(1)) / 1e6;
  }

  private static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }
}
