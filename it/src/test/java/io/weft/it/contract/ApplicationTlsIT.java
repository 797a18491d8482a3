package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.contract.Client.Answer;
import io.weft.it.contract.app.JdkServerApp;
import io.weft.it.process.JavaProcess;
import io.weft.it.process.Jdk;
import io.weft.it.process.SpanSink.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An application's own TLS passes through the mesh: the JDK's HttpsServer with a certificate for
 * the name of its service, and clients that trust it.
 */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(ContractMesh.Extension.class)
class ApplicationTlsIT {
  private ContractMesh mesh;
  private JavaProcess server;
  private int port;
  private Path keys;

  @BeforeAll
  void start(ContractMesh shared, @TempDir Path folder) throws Exception {
    mesh = shared;
    keys = folder.resolve("keys.p12");
    certify(keys);
    server =
        mesh.start(
            "vault",
            trusting(JavaProcess.of("HttpsServer"))
                .option("-Djavax.net.ssl.keyStore=" + keys)
                .option("-Djavax.net.ssl.keyStorePassword=changeit")
                .main(List.of(TestApps.classes()), JdkServerApp.class.getName()));
    eventually().until(() -> ports().size() == 3);
    port = Integer.parseInt(ports().get(2));
    eventually().until(() -> mesh.ports(server).size() == 3);
  }

  @AfterAll
  void end() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "HttpURLConnection,oldest",
    "HttpURLConnection,newest",
    "HttpClient-1.1,oldest",
    "HttpClient-async,oldest",
    "HttpClient-2,newest"
  })
  void a_call_by_https_goes_to_the_instance_and_belongs_to_a_trace(String library, String jdk) {
    JavaProcess app =
        mesh.start(
            "vaultcaller",
            trusting(Client.app(library).jdk(jdk.equals("newest") ? Jdk.newest() : Jdk.oldest())));
    try (Client client = new Client(app)) {
      eventually().until(() -> mesh.agent(app).path("generation").asLong() > 0);
      String url = "https://vault:" + port + "/headers";
      eventually()
          .untilAsserted(() -> assertThat(client.get(url).fields()).containsEntry("status", "200"));

      Answer answer = client.get(url);

      assertThat(answer.body()).containsIgnoringCase("host: vault:" + port);
      String trace = answer.body().replaceAll("(?is).*traceparent: 00-(\\p{XDigit}{32}).*", "$1");
      eventually().untilAsserted(() -> assertThat(mesh.spans().of(trace)).hasSize(2));
      assertThat(mesh.spans().of(trace))
          .filteredOn(span -> span.kind() == Span.SERVER)
          .singleElement()
          .satisfies(
              span -> {
                assertThat(span.attribute("url.scheme")).isEqualTo("https");
                assertThat(span.attribute("server.port")).isEqualTo(Integer.toString(port));
                assertThat(span.attribute("http.response.status_code")).isEqualTo("200");
              });
    }
  }

  @Test
  void an_applications_own_tls_is_said_and_denied_where_mutual_tls_is_demanded() {
    server.awaitLine("port " + port + " speaks TLS of the application's own, .* left alone");
    assertThat(mesh.ports(server)).contains(port + "/http in TLS of its own");
    try (Client client =
        new Client(mesh.start("vaultstranger", trusting(Client.app("HttpClient-1.1"))))) {
      String url = "https://vault:" + port + "/headers";
      eventually()
          .untilAsserted(() -> assertThat(client.get(url).fields()).containsEntry("status", "200"));

      mesh.admin()
          .apply(
              """
              apiVersion: weft.io/v1
              kind: MutualTls
              metadata: {name: vault}
              spec:
                to: {service: vault}
                conf: {mode: STRICT}
              """);

      eventually()
          .untilAsserted(
              () -> {
                Answer answer = client.get(url);
                assertThat(answer.fields()).containsEntry("status", "403");
                assertThat(answer.body()).contains("MutualTls/default/vault");
              });
      eventually()
          .untilAsserted(
              () ->
                  assertThat(mesh.agent(server).path("problems").toString())
                      .contains("port " + port + " speaks TLS of the application's own")
                      .contains("exempt the port"));
    } finally {
      mesh.admin().delete("MutualTls", "default", "vault");
    }
  }

  private JavaProcess.Builder trusting(JavaProcess.Builder app) {
    return app.option("-Djavax.net.ssl.trustStore=" + keys)
        .option("-Djavax.net.ssl.trustStorePassword=changeit");
  }

  private List<String> ports() {
    return server.output().stream()
        .filter(line -> line.startsWith("serving on port "))
        .map(line -> line.substring("serving on port ".length()))
        .toList();
  }

  private static void certify(Path keys) throws IOException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                Jdk.current().home().resolve("bin/keytool").toString(),
                "-genkeypair",
                "-alias",
                "vault",
                "-keyalg",
                "EC",
                "-dname",
                "CN=vault",
                "-ext",
                "san=dns:vault",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                keys.toString())
            .redirectErrorStream(true)
            .redirectOutput(keys.resolveSibling("keytool.txt").toFile())
            .start();
    assertThat(keytool.waitFor()).as(Files.readString(keys.resolveSibling("keytool.txt"))).isZero();
  }
}
