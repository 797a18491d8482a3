package io.weft.it.closed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.it.closed.app.ListenApp;
import io.weft.it.contract.TestApps;
import io.weft.it.process.ControlService;
import io.weft.it.process.JavaProcess;
import io.weft.it.process.Jdk;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that the agent cannot guard, in a service that bars strangers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FailClosedIT {
  private Path folder;
  private ControlService control;
  private JavaProcess oldest;
  private JavaProcess newest;
  private int excluded;

  @BeforeAll
  void open(@TempDir Path folder) {
    this.folder = folder;
    control = ControlService.embedded(folder);
    excluded = freePort();
    oldest = ledger(Jdk.oldest());
    newest = ledger(Jdk.newest());
    for (JavaProcess each : List.of(oldest, newest)) {
      eventually().until(() -> !agent(each).isMissingNode());
    }
  }

  @AfterEach
  void permitAll() {
    for (String kind : List.of("MutualTls", "Authorization")) {
      if (!control.weft("get", kind, "-o", "json").contains("\"ledger\"")) {
        continue;
      }
      acknowledged(control.admin().delete(kind, "default", "ledger"));
    }
  }

  @AfterAll
  void end() {
    oldest.close();
    newest.close();
    control.close();
  }

  @ParameterizedTest
  @CsvSource({
    "socket,oldest", "channel,oldest", "asynchronous,oldest",
    "socket,newest", "channel,newest", "asynchronous,newest"
  })
  void a_server_that_cannot_be_guarded_does_not_bind_where_mutual_tls_is_demanded(
      String way, String jdk) {
    JavaProcess app = jdk.equals("oldest") ? oldest : newest;
    strict("");
    int port = freePort();

    app.send(way + " 0.0.0.0 " + port);

    String line = app.awaitLine(way + " 0.0.0.0 " + port + " (.*)").group(1);
    assertThat(line)
        .contains("failed: java.net.BindException")
        .contains("MutualTls/default/ledger bars strangers")
        .contains("exempt port " + port);
    assertThat(app.output())
        .filteredOn(each -> each.startsWith("[weft]") && each.contains("port " + port + " is not"))
        .hasSize(1);
    eventually()
        .untilAsserted(() -> assertThat(problems(app)).contains("port " + port + " is not bound"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"socket", "channel", "asynchronous"})
  void what_comes_in_at_one_that_is_bound_already_is_shut_for_as_long_as_strangers_are_barred(
      String way) {
    int port = listens(oldest, way, "0.0.0.0", 0);
    try (Stranger before = Stranger.at(port)) {
      assertThat(before.says("one")).isEqualTo("one");

      strict("");

      eventually().until(() -> before.says("two").isEmpty());
    }
    assertThat(Stranger.says(port, "three")).isEmpty();
    assertThat(oldest.output()).doesNotContain("read three");
    eventually()
        .untilAsserted(
            () ->
                assertThat(problems(oldest))
                    .contains("port " + port + " takes no connections: MutualTls/default/ledger"));
    assertThat(control.weft("status")).contains("port " + port + " takes no connections");

    permitAll();

    assertThat(Stranger.says(port, "four")).isEqualTo("four");
    eventually().untilAsserted(() -> assertThat(problems(oldest)).doesNotContain("port " + port));
  }

  @Test
  void it_is_alike_where_authorization_cannot_be_enforced() {
    int port = listens(newest, "channel", "0.0.0.0", 0);
    acknowledged(
        control
            .admin()
            .apply(
                """
                apiVersion: weft.io/v1
                kind: Authorization
                metadata: {name: ledger}
                spec:
                  to: {service: ledger}
                  conf: {action: ALLOW, rules: [{principals: [default/orders]}]}
                """));

    assertThat(Stranger.says(port, "one")).isEmpty();
    assertThat(newest.awaitLine("port " + port + " takes no connections.*").group())
        .contains("Authorization/default/ledger");
  }

  @Test
  void ports_that_are_exempt_or_excluded_or_of_this_machine_alone_are_left_alone() {
    int exempt = freePort();
    strict(", exempt: {ports: [" + exempt + "]}");

    assertThat(Stranger.says(listens(oldest, "socket", "0.0.0.0", exempt), "a")).isEqualTo("a");
    assertThat(Stranger.says(listens(oldest, "channel", "0.0.0.0", excluded), "b")).isEqualTo("b");
    assertThat(Stranger.says(listens(oldest, "channel", "127.0.0.1", freePort()), "c"))
        .isEqualTo("c");
  }

  @Test
  void a_server_that_is_guarded_binds_and_serves_as_ever() {
    strict("");

    int port = listens(oldest, "http", "0.0.0.0", freePort());

    assertThat(Stranger.asks(port, "/plain")).isEmpty();
    assertThat(oldest.output()).doesNotContain("served /plain");
    assertThat(problems(oldest)).doesNotContain("port " + port);
    permitAll();
    assertThat(Stranger.asks(port, "/plain")).startsWith("HTTP/1.1 200");
  }

  @Test
  void the_policies_kept_on_disk_bar_strangers_while_control_is_away() throws Exception {
    Path kept = folder.resolve("kept");
    strictFor("archive", "");
    try (JavaProcess first = app("archive", kept).start()) {
      eventually().until(() -> agent(first).path("generation").asLong() > 0);
      eventually().until(() -> KeptConfig.isIn(kept, "archive"));
    }
    control.process().standStill();
    try (JavaProcess again = app("archive", kept).start()) {
      int port = listens(again, "http", "0.0.0.0", 0);
      assertThat(Stranger.asks(port, "/plain")).isEmpty();

      int unguarded = freePort();
      again.send("channel 0.0.0.0 " + unguarded);

      again.awaitLine("channel 0.0.0.0 " + unguarded + " failed: .*MutualTls/default/archive");
      assertThat(again.output()).noneMatch(line -> line.contains("have not come"));
      List<Path> tomcat = TestApps.compiled("TomcatApp", "tomcat11", false);
      servesNoStranger(kept, tomcat, "TomcatApp", tomcat.get(0).toString());
      servesNoStranger(
          kept, TestApps.compiled("GrpcApp", "grpc-oldest", false), "GrpcApp", "serve", "v1");
    } finally {
      control.process().goOn();
      control.admin().delete("MutualTls", "default", "archive");
    }
  }

  @Test
  void a_tomcat_that_is_not_supported_is_left_alone_as_a_whole_and_does_not_serve_strangers() {
    List<Path> classPath = TestApps.compiled("TomcatApp", "tomcat9-unsupported", true);
    try (JavaProcess tomcat =
        JavaProcess.of("old Tomcat")
            .agent("")
            .env(environment(folder))
            .env("WEFT_SERVICE", "oldshop")
            .main(classPath, "TomcatApp", classPath.get(0).toString())
            .start()) {
      int port = Integer.parseInt(tomcat.awaitLine("serving on port (\\d+)").group(1));
      eventually().until(() -> !agent(tomcat).isMissingNode());
      assertThat(Stranger.asks(port, "/version")).startsWith("HTTP/1.1 200");
      assertThat(tomcat.output())
          .filteredOn(line -> line.contains("tomcat") && line.contains("is left alone"))
          .hasSize(1);
      eventually()
          .untilAsserted(
              () -> assertThat(agent(tomcat).path("hooks").toString()).contains("tomcat"));
      assertThat(agent(tomcat).path("ports")).isEmpty();

      strictFor("oldshop", "");

      eventually().until(() -> Stranger.asks(port, "/version").isEmpty());
      assertThat(tomcat.awaitLine("port " + port + " takes no connections.*").group())
          .contains("MutualTls/default/oldshop", "tomcat 9.0.45");
    } finally {
      control.admin().delete("MutualTls", "default", "oldshop");
    }
  }

  /** A server that is guarded has the port it asks for, and takes mutual TLS alone at it. */
  private void servesNoStranger(Path kept, List<Path> classPath, String... program) {
    int port = freePort();
    List<String> arguments = new ArrayList<>(List.of(program).subList(1, program.length));
    arguments.add(Integer.toString(port));
    try (JavaProcess server =
        JavaProcess.of(program[0])
            .agent("")
            .env(environment(kept))
            .env("WEFT_SERVICE", "archive")
            .main(classPath, program[0], arguments.toArray(String[]::new))
            .start()) {
      server.awaitLine("serving on port " + port);
      assertThat(Stranger.asks(port, "/version")).isEmpty();
      assertThat(server.output()).noneMatch(line -> line.contains("ERROR"));
    }
  }

  private JavaProcess ledger(Jdk jdk) {
    return app("ledger", folder)
        .jdk(jdk)
        .env("WEFT_PORTS_EXCLUDE", Integer.toString(excluded))
        .start();
  }

  private JavaProcess.Builder app(String service, Path kept) {
    return JavaProcess.of(service)
        .agent("")
        .env(environment(kept))
        .env("WEFT_SERVICE", service)
        .main(List.of(TestApps.classes()), ListenApp.class.getName());
  }

  private Map<String, String> environment(Path kept) {
    Map<String, String> environment = new HashMap<>(control.agentEnvironment(kept));
    environment.put("OTEL_TRACES_EXPORTER", "none");
    environment.put("OTEL_METRICS_EXPORTER", "none");
    return environment;
  }

  private static int listens(JavaProcess app, String way, String address, int port) {
    app.send(way + " " + address + " " + port);
    return Integer.parseInt(
        app.awaitLine(way + " " + address + " " + port + " listens on port (\\d+)").group(1));
  }

  private void strict(String more) {
    acknowledged(strictFor("ledger", more));
  }

  private long strictFor(String service, String more) {
    return control
        .admin()
        .apply(
            """
            apiVersion: weft.io/v1
            kind: MutualTls
            metadata: {name: %s}
            spec:
              to: {service: %s}
              conf: {mode: STRICT%s}
            """
                .formatted(service, service, more));
  }

  private void acknowledged(long generation) {
    for (JavaProcess each : List.of(oldest, newest)) {
      eventually().until(() -> agent(each).path("generation").asLong() >= generation);
    }
  }

  private String problems(JavaProcess app) {
    return agent(app).path("problems").toString();
  }

  private JsonNode agent(JavaProcess app) {
    return control.admin().agent(app);
  }

  private static int freePort() {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static ConditionFactory eventually() {
    return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50));
  }
}
