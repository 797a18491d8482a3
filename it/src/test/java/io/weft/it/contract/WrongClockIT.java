package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.contract.app.JdkServerApp;
import io.weft.it.process.JavaProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Services on machines whose clocks are three hours off. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(ContractMesh.Extension.class)
class WrongClockIT {
  private static final Duration OFF = Duration.ofHours(3).plusSeconds(30);

  private ContractMesh mesh;
  private JavaProcess ahead;
  private JavaProcess behind;

  @BeforeAll
  void start(ContractMesh shared) {
    mesh = shared;
    ahead = start("clock-ahead", OFF);
    behind = start("clock-behind", OFF.negated());
  }

  @AfterAll
  void end() {
    ahead.close();
    behind.close();
  }

  @Test
  void a_clock_that_is_ahead_is_said_once_and_mutual_tls_goes_on() {
    said(ahead, "this machine's clock is 3 h 0 min ahead of control's");
    mesh.awaitIdentity(ahead);
    assertThat(stranger(ahead)).contains("200");
    assertThat(called("clock-ahead")).isEqualTo(200);

    strict("clock-ahead", ahead);

    assertThat(stranger(ahead)).doesNotContain("200");
    assertThat(called("clock-ahead")).isEqualTo(200);
    saidNoMore(ahead);
  }

  @Test
  void
      a_clock_that_is_behind_is_said_once_and_the_service_goes_on_in_plaintext_unless_that_is_barred() {
    said(behind, "this machine's clock is 3 h 0 min behind control's");
    assertThat(stranger(behind)).contains("200");
    assertThat(called("clock-behind")).isEqualTo(200);
    String itself = "http://clock-behind/call?http://clock-behind/version";
    eventually().until(() -> mesh.caller().get(itself).status() == 200);

    strict("clock-behind", behind);

    assertThat(stranger(behind)).doesNotContain("200");
    assertThat(mesh.caller().get("http://clock-behind/version").status()).isNotEqualTo(200);
    saidNoMore(behind);
  }

  private JavaProcess start(String service, Duration off) {
    return mesh.start(
        service,
        JavaProcess.of(service)
            .clockOff(off)
            .main(List.of(TestApps.classes()), JdkServerApp.class.getName()));
  }

  private void said(JavaProcess app, String line) {
    app.awaitLine("^\\[weft\\] WARN " + line);
    eventually().until(() -> mesh.weft("status").contains(line));
    eventually().until(() -> mesh.ports(app).size() == 2);
  }

  private static void saidNoMore(JavaProcess app) {
    assertThat(app.output()).filteredOn(line -> line.contains("clock is")).hasSize(1);
  }

  private int called(String service) {
    String url = "http://" + service + "/version";
    eventually().until(() -> mesh.caller().get(url).exception().isEmpty());
    return mesh.caller().get(url).status();
  }

  private static String stranger(JavaProcess app) {
    String port = app.awaitLine("serving on port (\\d+)").group(1);
    return Stranger.run(
        List.of(
            "curl",
            "-sS",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "http://127.0.0.1:" + port + "/version"),
        new byte[0]);
  }

  private void strict(String service, JavaProcess app) {
    long generation =
        mesh.admin()
            .apply(
                """
                apiVersion: weft.io/v1
                kind: MutualTls
                metadata: {name: %s}
                spec:
                  to: {service: %s}
                  conf: {mode: STRICT}
                """
                    .formatted(service, service));
    mesh.awaitAcked(app, generation);
    mesh.awaitAcked(mesh.caller().process(), generation);
  }
}
