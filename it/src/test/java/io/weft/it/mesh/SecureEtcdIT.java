package io.weft.it.mesh;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weft.it.contract.app.JdkServerApp;
import io.weft.it.process.Artifacts;
import io.weft.it.process.ControlService;
import io.weft.it.process.Etcd;
import io.weft.it.process.JavaProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Control over an etcd that speaks TLS and asks who is there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureEtcdIT {
  private static final String STRICT =
      """
      apiVersion: weft.io/v1
      kind: MutualTls
      metadata: {name: desk}
      spec: {to: {service: desk}, conf: {mode: STRICT}}
      """;

  private final HttpClient http = HttpClient.newHttpClient();
  private Path folder;
  private Path password;
  private Etcd etcd;
  private ControlService control;
  private JavaProcess desk;

  @BeforeAll
  void open(@TempDir Path temporary) throws Exception {
    folder = temporary;
    password = Files.writeString(folder.resolve("password"), "correct horse\n");
    etcd = Etcd.guarded(folder, "correct horse");
    control =
        ControlService.etcd(
            folder,
            etcd.endpoint(),
            "--etcd-ca",
            folder.resolve("etcd.pem").toString(),
            "--etcd-user",
            "weft",
            "--etcd-password-file",
            password.toString());
    desk =
        JavaProcess.of("desk")
            .main(
                List.of(
                    Path.of(
                        JdkServerApp.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())),
                JdkServerApp.class.getName())
            .agent("service=desk")
            .env(control.agentEnvironment(folder))
            .start();
  }

  @AfterAll
  void end() {
    desk.close();
    control.close();
    etcd.close();
  }

  @Test
  void an_agent_joins_and_obeys_what_people_put_into_etcd_who_may_do_nothing_else_there()
      throws Exception {
    String port = desk.awaitLine("serving on port (\\d+)").group(1);
    URI url = URI.create("http://127.0.0.1:" + port + "/status?200");
    eventually().until(() -> control.admin().status().path("agents").size() == 1);
    assertThat(http.send(HttpRequest.newBuilder(url).build(), BodyHandlers.discarding()))
        .returns(200, response -> response.statusCode());

    etcd.putConfig("MutualTls", "default", "desk", STRICT);
    eventually()
        .untilAsserted(
            () ->
                assertThatThrownBy(
                        () ->
                            http.send(
                                HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(20)).build(),
                                BodyHandlers.discarding()))
                    .isInstanceOf(IOException.class));
    etcd.deleteConfig("MutualTls", "default", "desk");
    eventually().until(() -> answers(url));

    assertThatThrownBy(() -> etcd.get("/weft/v1/default/trust/authority/state"))
        .hasStackTraceContaining("permission denied");
    assertThat(control.weft("history")).contains("MutualTls/default/desk", "the store");
    assertThat(control.process().output()).noneMatch(line -> line.contains("does not answer"));
  }

  @Test
  void a_wrong_password_ends_control_with_one_line() throws IOException {
    Path wrong = Files.writeString(folder.resolve("wrong"), "guess");
    try (JavaProcess other =
        JavaProcess.of("control")
            .jar(
                Artifacts.cliJar(),
                "control",
                "--listen",
                "127.0.0.1:0",
                "--data",
                folder.resolve("other").toString(),
                "--store",
                "etcd:" + etcd.endpoint(),
                "--etcd-ca",
                folder.resolve("etcd.pem").toString(),
                "--etcd-user",
                "weft",
                "--etcd-password-file",
                wrong.toString())
            .start()) {
      assertThat(other.awaitExit()).isOne();
      assertThat(other.output())
          .containsExactly(
              "weft: control: etcd at "
                  + etcd.endpoint()
                  + " does not know user weft with the password in "
                  + wrong
                  + ": put the right one there, or name another user with --etcd-user");
    }
  }

  private boolean answers(URI url) throws InterruptedException {
    try {
      return http.send(HttpRequest.newBuilder(url).build(), BodyHandlers.discarding()).statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private static ConditionFactory eventually() {
    return await().atMost(60, SECONDS).pollInterval(Duration.ofMillis(100));
  }
}
