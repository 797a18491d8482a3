package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.contract.app.ScopeApp;
import io.weft.it.process.Artifacts;
import io.weft.it.process.JavaProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An application may have OpenTelemetry's own agent as well. */
@ExtendWith(ContractMesh.Extension.class)
class TwoAgentsIT {
  private final ContractMesh mesh;
  private final HttpClient http = HttpClient.newHttpClient();

  TwoAgentsIT(ContractMesh mesh) {
    this.mesh = mesh;
  }

  @Test
  void both_agents_do_their_work_in_one_process_without_a_word() throws Exception {
    try (JavaProcess app =
        mesh.start(
            "two-agents",
            JavaProcess.of("two agents")
                .option(
                    "-javaagent:"
                        + Artifacts.existing(
                            "it/target/libraries/opentelemetry-javaagent/opentelemetry-javaagent.jar"))
                .option("-Dotel.logs.exporter=none")
                .option("-Dotel.metrics.exporter=none")
                .main(List.of(TestApps.classes()), ScopeApp.class.getName(), "two-agents"))) {
      String port = app.awaitLine("serving on port (\\d+)").group(1);
      eventually().until(() -> status(port, "/join/same-thread") == 200);

      for (String way : List.of("pool", "supply-async", "schedule", "fork-join")) {
        assertThat(status(port, "/join/" + way)).as(way).isEqualTo(200);
      }

      assertThat(app.output())
          .noneMatch(line -> line.contains("WARN") || line.contains("ERROR"))
          .noneMatch(line -> line.startsWith("\tat "));
    }
  }

  private int status(String port, String path) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }
}
