package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.process.Artifacts;
import io.weft.it.process.JavaProcess;
import io.weft.it.process.SpanSink.Span;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** A channel on a transport that the mesh knows no way to make TLS of: gRPC's own of OkHttp. */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(ContractMesh.Extension.class)
class OkHttpGrpcIT {
  private ContractMesh mesh;
  private JavaProcess server;
  private JavaProcess caller;
  private int calls;

  @BeforeAll
  void start(ContractMesh shared) {
    mesh = shared;
    server =
        mesh.start(
            "plain-texts",
            JavaProcess.of("server")
                .main(
                    TestApps.compiled("GrpcApp", "grpc", List.of(Artifacts.cliJar())),
                    "GrpcApp",
                    "serve",
                    "v1"));
    caller =
        mesh.start(
            "plain-caller",
            JavaProcess.of("OkHttp")
                .main(
                    TestApps.compiled("GrpcApp", "grpc-okhttp", false),
                    "GrpcApp",
                    "call",
                    "dns:///plain-texts"));
    server.awaitLine("serving on port");
    caller.awaitLine("calling");
    mesh.awaitIdentity(server);
    mesh.awaitIdentity(caller);
    eventually().until(() -> call().startsWith("OK "));
  }

  @AfterAll
  void stop() {
    caller.close();
    server.close();
  }

  @Test
  void it_calls_in_plaintext_where_that_is_taken_and_nobody_is_told_that_it_was_encrypted() {
    assertThat(call()).isEqualTo("OK v1 nobody");

    eventually()
        .untilAsserted(
            () ->
                assertThat(mesh.spans().all())
                    .filteredOn(span -> span.attribute("weft.destination").endsWith("plain-texts"))
                    .filteredOn(span -> span.kind() == Span.CLIENT)
                    .isNotEmpty()
                    .allSatisfy(span -> assertThat(span.attribute("weft.mtls")).isEmpty()));
    eventually()
        .untilAsserted(
            () -> {
              call();
              assertThat(mesh.weft("status"))
                  .containsPattern("default/plain-caller +default/plain-texts +\\S+ +no");
            });
  }

  @Test
  void where_strict_is_asked_for_it_sends_nothing() {
    long generation =
        mesh.admin()
            .apply(
                """
                apiVersion: weft.io/v1
                kind: MutualTls
                metadata: {name: plain-texts}
                spec: {to: {service: plain-texts}, conf: {mode: STRICT}}
                """);
    mesh.awaitAcked(server, generation);
    mesh.awaitAcked(caller, generation);

    // What the server takes from now on reaches its callers a moment later: until then it refuses.
    assertThat(call()).doesNotStartWith("OK");
    eventually().until(() -> call().startsWith("UNAVAILABLE"));

    mesh.admin().delete("MutualTls", "default", "plain-texts");
    eventually().until(() -> call().startsWith("OK "));
  }

  @Test
  void what_is_to_leave_the_mesh_as_tls_it_does_not_send() {
    int port = Integer.parseInt(server.awaitLine("serving on port (\\d+)").group(1));
    long generation =
        mesh.admin()
            .apply(
                """
                apiVersion: weft.io/v1
                kind: ExternalService
                metadata: {name: plain-host}
                spec:
                  hosts: [plain.example.test]
                  ports: [{number: 80, protocol: grpc, targetPort: %d}]
                  endpoints: [{address: 127.0.0.1}]
                  tls: {mode: SIMPLE}
                """
                    .formatted(port));
    try (JavaProcess out =
        mesh.start(
            "plain-out",
            JavaProcess.of("OkHttp")
                .main(
                    TestApps.compiled("GrpcApp", "grpc-okhttp", false),
                    "GrpcApp",
                    "call",
                    "dns:///plain.example.test:80"))) {
      out.awaitLine("calling");
      mesh.awaitAcked(out, generation);

      // By the library, once it has a connection, not by the mesh.
      eventually()
          .until(
              () -> {
                calls++;
                out.send(calls + " unary 20000 peer");
                return out.awaitLine("answer " + calls + " (.*)")
                    .group(1)
                    .equals("UNAVAILABLE no reason");
              });
    } finally {
      mesh.admin().delete("ExternalService", "default", "plain-host");
    }
  }

  private String call() {
    calls++;
    caller.send(calls + " unary 20000 peer");
    return caller.awaitLine("answer " + calls + " (.*)").group(1);
  }
}
