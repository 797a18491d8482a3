package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.process.Jdk;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What operators see of calls that leave the mesh, by a caller whose DNS is a file. */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(ContractMesh.Extension.class)
class OutsideIT {
  private static final HostCertificate API = HostCertificate.of("api.example.test");

  private ContractMesh mesh;
  private Client client;
  private ScriptedServer server;
  private TlsFront front;
  private final Set<String> applied = new HashSet<>();

  @BeforeAll
  void start(ContractMesh shared, @TempDir Path folder) throws Exception {
    mesh = shared;
    Path hosts =
        Files.writeString(
            folder.resolve("hosts"), "127.0.0.1 localhost\n127.0.0.1 api.example.test\n");
    server = new ScriptedServer("127.0.0.1", 0);
    front = TlsFront.of(URI.create("http://" + server.authority()).getPort(), API, "http/1.1");
    client =
        new Client(
            mesh.start(
                "outsider",
                Client.app("HttpClient-1.1")
                    .jdk(Jdk.oldest())
                    .option("-Djdk.net.hosts.file=" + hosts)));
    eventually().until(() -> !mesh.agent(client.process()).isMissingNode());
  }

  @AfterEach
  void withdraw() {
    applied.forEach(kind -> mesh.admin().delete(kind, "default", "api"));
    applied.clear();
    server.reset();
  }

  @AfterAll
  void end() {
    client.close();
    front.close();
    server.close();
  }

  @Test
  void a_host_outside_is_found_where_dns_says_and_told_of_as_any_service() {
    apply(
        "ExternalService",
        """
        spec:
          hosts: [api.example.test]
          ports: [{number: 80, targetPort: %d}]
          tls: {mode: SIMPLE, caCertificates: "%s"}
        """
            .formatted(front.port(), API.pem()));

    eventually().until(() -> client.get("http://api.example.test/").status() == 200);

    assertThat(mesh.weft("explain", "--from", "outsider", "--to", "api"))
        .contains("127.0.0.1:" + front.port())
        .containsPattern(
            "api.example.test, outside the mesh, at "
                + front.port()
                + " by TLS, as api.example.test.*")
        .contains("ExternalService/default/api");
    eventually()
        .untilAsserted(
            () -> {
              client.get("http://api.example.test/");
              assertThat(mesh.weft("status"))
                  .containsPattern("default/outsider +default/api +\\S+ +no");
            });
  }

  @Test
  void what_an_egress_denies_is_told_by_explain_and_status_in_shadow_mode_too() {
    egress("enforce");
    assertThat(client.get("http://nowhere.invalid/").status()).isEqualTo(403);
    assertThat(mesh.weft("explain", "--from", "outsider", "--to", "nowhere.invalid"))
        .contains("nowhere.invalid, port 80 must not be called: 403")
        .contains("Egress/default/api");
    eventually()
        .untilAsserted(
            () ->
                assertThat(mesh.weft("status"))
                    .containsPattern("default/outsider .*Egress/default/api +enforce"));

    egress("shadow");
    assertThat(client.get("http://nowhere.invalid/").exception()).isNotEmpty();
    client.process().awaitLine("denied by Egress/default/api \\(shadow\\): .*nowhere.invalid");
    eventually()
        .untilAsserted(
            () ->
                assertThat(mesh.weft("status"))
                    .containsPattern("default/outsider .*Egress/default/api +shadow"));
  }

  private void egress(String mode) {
    apply(
        "Egress",
        """
        spec: {from: {service: outsider}, mode: %s, conf: {default: DENY}}
        """
            .formatted(mode));
  }

  private void apply(String kind, String spec) {
    applied.add(kind);
    mesh.awaitAcked(
        client.process(),
        mesh.admin()
            .apply(
                "apiVersion: weft.io/v1\nkind: %s\nmetadata: {name: api}\n%s"
                    .formatted(kind, spec)));
  }
}
