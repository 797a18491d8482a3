package io.weft.it.closed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.it.closed.app.ListenApp;
import io.weft.it.contract.TestApps;
import io.weft.it.process.ControlService;
import io.weft.it.process.JavaProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Requests that come before the policies of their service are known. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ColdStartIT {
  private static final String NOT_COME = "the policies of this service have not come in 5 s";

  private Path folder;
  private ControlService control;

  @BeforeAll
  void open(@TempDir Path folder) {
    this.folder = folder;
    control = ControlService.embedded(folder);
    control
        .admin()
        .apply(
            """
            apiVersion: weft.io/v1
            kind: Authorization
            metadata: {name: guarded}
            spec:
              to: {service: guarded}
              conf: {action: ALLOW, rules: [{principals: [default/orders]}]}
            ---
            apiVersion: weft.io/v1
            kind: MutualTls
            metadata: {name: strict}
            spec:
              to: {service: strict}
              conf: {mode: STRICT}
            """);
  }

  @AfterAll
  void end() {
    control.close();
  }

  @Test
  void what_comes_while_control_is_not_yet_there_waits_and_is_judged_by_the_real_policies() {
    List<Path> tomcat = TestApps.compiled("TomcatApp", "tomcat11", false);
    List<Path> grpc = TestApps.compiled("GrpcApp", "grpc-oldest", false);
    control.process().standStill();
    List<JavaProcess> apps = new ArrayList<>();
    try {
      JavaProcess http = start(apps, listenApp("guarded"));
      JavaProcess servlets =
          start(apps, app("guarded").main(tomcat, "TomcatApp", tomcat.get(0).toString()));
      JavaProcess strictCalls = start(apps, app("strict").main(grpc, "GrpcApp", "serve", "v1"));
      JavaProcess openCalls = start(apps, app("open").main(grpc, "GrpcApp", "serve", "v1"));
      int httpPort = http(http);
      int servletPort = serving(servlets);
      int strictPort = serving(strictCalls);
      int openPort = serving(openCalls);

      CompletableFuture<String> request = ask(() -> Stranger.asks(httpPort, "/"));
      CompletableFuture<String> servlet = ask(() -> Stranger.asks(servletPort, "/version"));
      CompletableFuture<String> refused = ask(() -> Stranger.beginsHttp2(strictPort));
      CompletableFuture<String> admitted = ask(() -> Stranger.beginsHttp2(openPort));
      List<CompletableFuture<String>> all = List.of(request, servlet, refused, admitted);
      await()
          .during(Duration.ofSeconds(1))
          .atMost(Duration.ofSeconds(2))
          .until(() -> all.stream().noneMatch(CompletableFuture::isDone));
      control.process().goOn();

      assertThat(request.join())
          .startsWith("HTTP/1.1 403")
          .contains("Authorization/default/guarded denied");
      assertThat(servlet.join())
          .startsWith("HTTP/1.1 403")
          .contains("Authorization/default/guarded denied");
      assertThat(refused.join()).isEmpty();
      assertThat(admitted.join()).as("settings").hasSize(9);
      assertThat(http.output()).noneMatch(line -> line.startsWith("served"));
      assertThat(apps)
          .allSatisfy(app -> assertThat(app.output()).noneMatch(line -> line.contains(NOT_COME)));
    } finally {
      control.process().goOn();
      apps.forEach(JavaProcess::close);
    }
  }

  @Test
  void without_control_the_setting_decides_after_a_while_and_that_is_said() {
    String nobody = "127.0.0.1:1";
    try (JavaProcess permissive = listenApp("alone").env("WEFT_CONTROL", nobody).start();
        JavaProcess strict =
            listenApp("alone").env("WEFT_CONTROL", nobody).env("WEFT_INITIAL", "strict").start();
        JavaProcess tokenless =
            listenApp("alone").env("WEFT_TOKEN_FILE", folder.resolve("none").toString()).start()) {
      CompletableFuture<String> admitted = ask(() -> Stranger.asks(http(permissive), "/first"));
      CompletableFuture<String> refused = ask(() -> Stranger.asks(http(strict), "/first"));
      CompletableFuture<String> unawaited = ask(() -> Stranger.asks(http(tokenless), "/first"));

      assertThat(admitted.join()).startsWith("HTTP/1.1 200");
      assertThat(refused.join()).isEmpty();
      assertThat(unawaited.join()).startsWith("HTTP/1.1 200");
      assertThat(permissive.awaitLine(NOT_COME + ".*").group()).contains("let in unjudged");
      assertThat(strict.awaitLine(NOT_COME + ".*").group()).contains("refused");
      assertThat(tokenless.output()).noneMatch(line -> line.contains(NOT_COME));
    }
  }

  @Test
  void config_on_disk_that_is_damaged_or_anybodys_is_named_and_opens_nothing() throws Exception {
    Path agents = folder.resolve("kept");
    Path file;
    try (JavaProcess first = listenApp("strict").env("WEFT_DIR", agents.toString()).start()) {
      first.awaitLine("in mesh");
      eventually().until(() -> KeptConfig.isIn(agents, "strict"));
      file = KeptConfig.in(agents, "strict");
    }
    byte[] whole = Files.readAllBytes(file);

    byte[] altered = whole.clone();
    altered[altered.length / 2] ^= 1;
    Files.write(file, altered);
    assertThat(saidOf(file, agents)).contains("is damaged");

    Files.write(file, whole);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(saidOf(file, agents)).contains("can be written by others");
  }

  private String saidOf(Path file, Path agents) {
    try (JavaProcess again =
        listenApp("strict")
            .env("WEFT_DIR", agents.toString())
            .env("WEFT_CONTROL", "127.0.0.1:1")
            .env("WEFT_INITIAL", "strict")
            .start()) {
      assertThat(Stranger.asks(http(again), "/first")).isEmpty();
      assertThat(again.output()).noneMatch(line -> line.startsWith("served"));
      return again.awaitLine("the cached config " + file + " .*").group();
    }
  }

  private static JavaProcess start(List<JavaProcess> apps, JavaProcess.Builder app) {
    JavaProcess started = app.start();
    apps.add(started);
    return started;
  }

  private JavaProcess.Builder listenApp(String service) {
    return app(service).main(List.of(TestApps.classes()), ListenApp.class.getName());
  }

  private JavaProcess.Builder app(String service) {
    Map<String, String> environment = new HashMap<>(control.agentEnvironment(folder));
    environment.put("WEFT_SERVICE", service);
    environment.put("WEFT_DRAIN", "1s");
    environment.put("WEFT_DIR", folder.resolve("none-" + System.nanoTime()).toString());
    environment.put("OTEL_TRACES_EXPORTER", "none");
    environment.put("OTEL_METRICS_EXPORTER", "none");
    return JavaProcess.of(service).agent("").env(environment);
  }

  private static int http(JavaProcess app) {
    app.send("http 127.0.0.1 0");
    return Integer.parseInt(app.awaitLine("http .* listens on port (\\d+)").group(1));
  }

  private static int serving(JavaProcess app) {
    return Integer.parseInt(app.awaitLine("serving on port (\\d+)").group(1));
  }

  private static CompletableFuture<String> ask(java.util.function.Supplier<String> question) {
    return CompletableFuture.supplyAsync(question, task -> new Thread(task).start());
  }

  private static ConditionFactory eventually() {
    return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50));
  }
}
