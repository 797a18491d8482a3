package io.weft.it.mesh;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.it.contract.TestApps;
import io.weft.it.contract.app.JdkServerApp;
import io.weft.it.process.ControlService;
import io.weft.it.process.Etcd;
import io.weft.it.process.JavaProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** A limit that the three instances of a service share, at two controls that come and go. */
@TestInstance(Lifecycle.PER_CLASS)
class SharedRateIT {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<JavaProcess> desks = new ArrayList<>();
  private Etcd etcd;
  private ControlService control;
  private ControlService replica;

  @BeforeAll
  void open(@TempDir Path folder) {
    etcd = Etcd.start();
    control = ControlService.etcd(folder, etcd.endpoint());
    replica = ControlService.etcd(folder, etcd.endpoint());
    for (int i = 0; i < 3; i++) {
      desks.add(
          JavaProcess.of("desk " + i)
              .agent("service=desk")
              .env((i < 2 ? control : replica).agentEnvironment(folder))
              .main(List.of(TestApps.classes()), JdkServerApp.class.getName())
              .start());
    }
    eventually().until(() -> ready() == 3);
  }

  @AfterAll
  void end() {
    desks.forEach(JavaProcess::close);
    replica.close();
    control.close();
    etcd.close();
  }

  @Test
  void instances_let_through_together_what_one_would_and_who_is_asked_has_most_of_it() {
    // In a test's time no request is added to those that may come at once.
    limit("{limitForPeriod: 30, limitRefreshPeriod: 1h, scope: global}");
    int through = 0;
    for (int i = 0; i < 60; i++) {
      through += ask(desks.get(i % 3)) == 200 ? 1 : 0;
    }
    assertThat(through).isBetween(10, 33);

    limit("{limitForPeriod: 20, scope: global}");
    // What the one control counts at its instance, the other takes from those at it.
    JavaProcess busy = desks.get(2);
    eventually().until(() -> asked(busy) && share(busy) > 0.9 && share(desks.get(0)) < 0.05);
    assertThat(control.weft("status"))
        .containsPattern(
            "RateLimit/default/desk +default/desk +\\S+:" + busy.pid() + " +(9\\d\\.\\d|100\\.0)%")
        .containsPattern("RateLimit/default/desk +default/desk +\\S+ +[0-4]\\.\\d%");
    assertThat(control.weft("explain", "--from", "desk", "--to", "desk", "--path", "/status"))
        .containsPattern("20 in 1s over all instances, now \\d+\\.\\d% of it here");

    replica.process().kill();
    control.process().kill();
    List<Integer> answers = new ArrayList<>();
    eventually()
        .untilAsserted(
            () -> {
              for (int i = 0; i < 20; i++) {
                answers.add(ask(busy));
              }
              assertThat(answers).contains(200, 429);
            });

    // The one that all come to.
    control.restart();
    eventually().until(() -> ready() == 3 && asked(busy) && share(busy) > 0.9);
  }

  private void limit(String conf) {
    control.apply(
        """
        apiVersion: weft.io/v1
        kind: RateLimit
        metadata: {name: desk}
        spec: {to: {service: desk}, conf: %s}
        """
            .formatted(conf));
    eventually()
        .until(
            () -> {
              JsonNode status = control.admin().status();
              long current = 0;
              for (JsonNode agent : status.path("agents")) {
                current += agent.path("current").asBoolean() ? 1 : 0;
              }
              return current == 3;
            });
  }

  private boolean asked(JavaProcess desk) {
    for (int i = 0; i < 20; i++) {
      ask(desk);
    }
    return true;
  }

  private double share(JavaProcess desk) {
    return control.admin().agent(desk).path("rate").path("share").asDouble();
  }

  private int ready() {
    int ready = 0;
    for (JsonNode agent : control.admin().status().path("agents")) {
      ready += agent.path("state").asText().equals("READY") ? 1 : 0;
    }
    return ready;
  }

  private int ask(JavaProcess desk) {
    String port = desk.awaitLine("serving on port (\\d+)").group(1);
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/status?200"))
                  .build(),
              BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static ConditionFactory eventually() {
    return await().atMost(60, SECONDS).pollInterval(Duration.ofMillis(50));
  }
}
