package io.weft.it.contract;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.it.contract.app.JdkServerApp;
import io.weft.it.contract.app.LoadApp;
import io.weft.it.process.Admin;
import io.weft.it.process.Artifacts;
import io.weft.it.process.ControlService;
import io.weft.it.process.JavaProcess;
import io.weft.it.process.Jdk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * Keys and roots change while each client that the mesh knows calls each server that it knows, and
 * no call fails. A mesh of its own, where nothing but mutual TLS is let in. Clients take turns,
 * each through a whole change of the root, so that a small machine is not worn down by handshakes.
 */
@Tag("alone")
@TestInstance(Lifecycle.PER_CLASS)
class RotationIT {
  private static final String SHORT_LIFE = "6s";
  // Handshakes cost many times more until they are compiled.
  private static final int WARM_UP = 3;

  private static final Pattern PAIR =
      Pattern.compile("PAIR (.*): (\\d+) calls, (\\d+) connections, \\d+ failures");

  private final List<JavaProcess> servers = new ArrayList<>();
  private final List<JavaProcess> callers = new ArrayList<>();
  private ControlService control;
  private Admin admin;
  private Path folder;
  private int orders;

  /** What came of a pair of client and server in a round. */
  private record Pair(String name, int calls, int connections, List<String> failures) {}

  @BeforeAll
  void start(@TempDir Path temporary) {
    folder = temporary;
    control = ControlService.embedded(folder, "--leaf-life", SHORT_LIFE);
    admin = control.admin();
    admin.apply(
        """
        apiVersion: weft.io/v1
        kind: MutualTls
        metadata: {name: everywhere, namespace: weft-system}
        spec: {conf: {mode: STRICT}}
        """);
    String tomcats = "tomcat9-oldest,tomcat9,tomcat10,tomcat11";
    serve("jdk-oldest", jdkServer(Jdk.oldest()));
    serve("jdk-newest", jdkServer(Jdk.newest()));
    for (String tomcat : tomcats.split(",")) {
      serve(tomcat, tomcat(tomcat));
    }
    List<Path> netty = TestApps.compiled("GrpcApp", "grpc", List.of(Artifacts.cliJar()));
    List<Path> shaded =
        TestApps.compiled(
            "GrpcApp",
            "grpc-shaded",
            List.of(Artifacts.existing("demo-apps/orders/target/orders.jar")));
    List<Path> oldest = TestApps.compiled("GrpcApp", "grpc-oldest", false);
    serve("netty", JavaProcess.of("netty").main(netty, "GrpcApp", "serve", "v1"));
    serve("shaded", JavaProcess.of("shaded").main(shaded, "GrpcApp", "serve", "v1"));
    for (Jdk jdk : Jdk.oldestAndNewest().toList()) {
      call(
          "http-caller-" + jdk.feature(),
          JavaProcess.of("HTTP on " + jdk)
              .jdk(jdk)
              .main(
                  List.of(TestApps.classes()),
                  LoadApp.class.getName(),
                  "HttpURLConnection=jdk-oldest,jdk-newest," + tomcats,
                  "HttpClient-1.1=jdk-oldest,jdk-newest," + tomcats,
                  "HttpClient-2=" + tomcats));
    }
    Map<String, List<Path>> clients = Map.of("netty", netty, "shaded", shaded, "oldest", oldest);
    clients.forEach(
        (client, classPath) ->
            call(
                "grpc-caller-" + client,
                JavaProcess.of("gRPC, " + client)
                    .main(classPath, "GrpcApp", "load", "dns:///netty", "dns:///shaded")));
    servers.forEach(server -> server.awaitLine("serving on port"));
    callers.forEach(caller -> caller.awaitLine("^ready$"));
    for (JavaProcess caller : callers) {
      eventually().until(() -> order(List.of(caller), "try") == 0);
    }
    for (int i = 0; i < WARM_UP; i++) {
      order(callers, "try");
    }
  }

  @AfterAll
  void end() {
    callers.forEach(JavaProcess::close);
    servers.forEach(JavaProcess::close);
    control.close();
  }

  @Test
  void certificates_that_live_for_seconds_and_a_change_of_the_root_cost_no_pair_a_call() {
    for (JavaProcess caller : callers) {
      String before = root();
      String serial = serial(caller);
      order(List.of(caller), "go");

      String rotation = control.weft("ca", "rotate", "--wait");
      eventually().until(() -> !serial(caller).equals(serial));

      List<Pair> pairs = stop(caller);
      assertThat(pairs)
          .isNotEmpty()
          .allSatisfy(pair -> assertThat(pair.failures()).as(pair.name()).isEmpty());
      assertThat(rotation).contains("ANNOUNCED", "WAITING", "RETIRED");
      assertThat(root()).isNotEqualTo(before);
      assertThat(pairs)
          .filteredOn(pair -> !pair.name().endsWith("slowly"))
          .allSatisfy(
              pair -> {
                assertThat(pair.calls()).as(pair.name()).isGreaterThan(10);
                assertThat(pair.connections()).as(pair.name()).isGreaterThan(2);
              });
    }
  }

  private void serve(String service, JavaProcess.Builder server) {
    servers.add(within(service, server).start());
  }

  private void call(String service, JavaProcess.Builder caller) {
    callers.add(within(service, caller).start());
  }

  private JavaProcess.Builder within(String service, JavaProcess.Builder process) {
    return process
        // Handshakes are what this costs: they are many times faster once they are compiled well.
        .option("-XX:TieredStopAtLevel=4")
        .agent("")
        .env(control.agentEnvironment(folder))
        .env("OTEL_TRACES_EXPORTER", "none")
        .env("WEFT_SERVICE", service);
  }

  private static JavaProcess.Builder jdkServer(Jdk jdk) {
    return JavaProcess.of("HttpServer on " + jdk)
        .jdk(jdk)
        .main(List.of(TestApps.classes()), JdkServerApp.class.getName());
  }

  private static JavaProcess.Builder tomcat(String library) {
    List<Path> classPath = TestApps.compiled("TomcatApp", library, library.startsWith("tomcat9"));
    return JavaProcess.of(library).main(classPath, "TomcatApp", classPath.get(0).toString());
  }

  private String root() {
    return admin.get("/v1/ca").path("root").asText();
  }

  /** Of the certificate that an application has. */
  private String serial(JavaProcess of) {
    return admin.agent(of).path("identity").path("serial").asText();
  }

  /** Has callers do something, all at once; returns how many calls failed at it. */
  private int order(List<JavaProcess> of, String what) {
    orders++;
    of.forEach(caller -> caller.send(orders + " " + what));
    return of.stream()
        .mapToInt(caller -> Integer.parseInt(caller.awaitLine(done(orders)).group(1)))
        .sum();
  }

  private static String done(int order) {
    return "^DONE " + order + " (\\d+)$";
  }

  /** Ends the round that was begun last. */
  private List<Pair> stop(JavaProcess caller) {
    String begun = "DONE " + orders + " ";
    order(List.of(caller), "stop");
    List<String> round =
        caller.output().stream().dropWhile(line -> !line.startsWith(begun)).toList();
    List<Pair> pairs = new ArrayList<>();
    for (String line : round) {
      Matcher pair = PAIR.matcher(line);
      if (pair.matches()) {
        pairs.add(
            new Pair(
                pair.group(1),
                Integer.parseInt(pair.group(2)),
                Integer.parseInt(pair.group(3)),
                round.stream()
                    .filter(each -> each.startsWith("FAILED"))
                    .filter(each -> each.contains(" " + pair.group(1) + " in call "))
                    .toList()));
      }
    }
    return pairs;
  }

  private static ConditionFactory eventually() {
    return await()
        .atMost(120, SECONDS)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptionsInstanceOf(AssertionError.class);
  }
}
