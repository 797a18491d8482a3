package io.weft.it.mesh;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.it.contract.app.ClientApp;
import io.weft.it.contract.app.Form;
import io.weft.it.contract.app.JdkServerApp;
import io.weft.it.process.ControlService;
import io.weft.it.process.JavaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two services whose certificates live for two minutes, and a control that comes and goes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ControlAwayIT {
  // Half of it is longer than agents take to find control again, with all their jitter.
  private static final Duration LIFE = Duration.ofMinutes(2);
  // What is answered is encrypted.
  private static final String STRICT =
      """
      apiVersion: weft.io/v1
      kind: MutualTls
      metadata: {name: desk}
      spec: {to: {service: desk}, conf: {mode: STRICT}}
      """;
  // What a DER of PKCS#8 begins with for a key on P-256: its version, and what it is a key for.
  private static final String PKCS8_OF_P256 =
      new String(
          new byte[] {2, 1, 0, 0x30, 0x13, 6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1},
          StandardCharsets.ISO_8859_1);

  private Path folder;
  private Path temporary;
  private ControlService control;
  private JavaProcess desk;
  private JavaProcess visitor;

  @BeforeAll
  void open(@TempDir Path all) throws IOException {
    folder = all;
    temporary = Files.createDirectory(all.resolve("tmp"));
    control = ControlService.embedded(folder, "--leaf-life", LIFE.toSeconds() + "s");
    eventually().untilAsserted(() -> control.admin().apply(STRICT));
    desk = start("desk", JdkServerApp.class);
    visitor = start("visitor", ClientApp.class, "HttpClient-1.1");
  }

  private JavaProcess start(String service, Class<?> app, String... arguments) {
    try {
      return JavaProcess.of(service)
          .main(
              List.of(Path.of(app.getProtectionDomain().getCodeSource().getLocation().toURI())),
              app.getName(),
              arguments)
          .agent("service=" + service)
          .option("-Djava.io.tmpdir=" + temporary)
          .env(control.agentEnvironment(folder))
          .start();
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  @AfterAll
  void end() {
    visitor.close();
    desk.close();
    control.close();
  }

  @Test
  void control_may_be_away_for_more_than_half_of_a_certificates_life_and_no_call_fails() {
    eventually().until(() -> serials().size() == 2 && call(0).equals("200"));
    Set<String> before = serials();
    Instant gone = Instant.now();
    control.process().kill();

    List<String> answers = new ArrayList<>();
    eventually()
        .until(
            () -> {
              answers.add(call(answers.size() + 1));
              return Instant.now().isAfter(gone.plus(LIFE.dividedBy(2)));
            });
    control.restart();
    eventually()
        .until(
            () -> {
              answers.add(call(answers.size() + 1));
              Set<String> now = serials();
              now.removeAll(before);
              return now.size() == 2;
            });

    assertThat(answers).hasSizeGreaterThan(100).containsOnly("200");
    assertThat(desk.output()).noneMatch(line -> line.contains("is over"));
    assertThat(visitor.output()).noneMatch(line -> line.contains("is over"));
  }

  @Test
  void no_private_key_of_a_service_is_ever_on_disk() {
    eventually().until(() -> serials().size() == 2);

    // They are certified before they have kept what control sent.
    Path kept = folder.resolve("agents");
    eventually().until(() -> Files.isDirectory(kept) && !files(kept).isEmpty());
    for (Path place : List.of(temporary, kept)) {
      for (Path file : files(place)) {
        assertThat(text(file))
            .as(file.toString())
            .doesNotContain("PRIVATE KEY")
            .doesNotContain(PKCS8_OF_P256);
      }
    }
  }

  private Set<String> serials() {
    Set<String> serials = new HashSet<>();
    for (JsonNode agent : control.admin().status().path("agents")) {
      String serial = agent.path("identity").path("serial").asText();
      if (!serial.isEmpty()) {
        serials.add(serial);
      }
    }
    return serials;
  }

  private String call(int id) {
    visitor.send(
        Form.encode(
            Map.of("id", Integer.toString(id), "url", "http://desk/status?200", "method", "GET")));
    Map<String, String> answer =
        Form.decode(visitor.awaitLine("^ANSWER " + id + " (.*)$").group(1));
    return answer.getOrDefault("status", answer.toString());
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ConditionFactory eventually() {
    return await().atMost(90, SECONDS).pollInterval(Duration.ofMillis(50));
  }
}
