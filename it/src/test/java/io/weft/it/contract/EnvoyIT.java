package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.contract.app.JdkServerApp;
import io.weft.it.contract.app.PortApp;
import io.weft.it.process.Artifacts;
import io.weft.it.process.Envoy;
import io.weft.it.process.JavaProcess;
import io.weft.it.process.SpanSink.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Envoy, which knows nothing of Weft, with certificates of the mesh's authority: it calls
 * services of the mesh and is called by them, HTTP and gRPC, each side of which wants mutual TLS.
 */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(ContractMesh.Extension.class)
class EnvoyIT {
  private static final String ID = "spiffe://weft.local/ns/default/sa/";
  private static final String HTTP_SIDE = "127.0.0.76";
  private static final String GRPC_SIDE = "127.0.0.77";

  private Path folder;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private ContractMesh mesh;
  private JavaProcess desk;
  private JavaProcess warehouse;
  private JavaProcess orders;
  private Envoy envoy;

  @BeforeAll
  void start(ContractMesh shared, @TempDir Path temporary) throws Exception {
    mesh = shared;
    folder = temporary;
    desk =
        mesh.start(
            "envoy-desk",
            JavaProcess.of("desk").main(List.of(TestApps.classes()), JdkServerApp.class.getName()));
    warehouse = mesh.start("envoy-warehouse", demo("stock").env("VERSION", "v1"));
    JavaProcess httpSide = portAt(HTTP_SIDE, "envoy-http");
    JavaProcess grpcSide = portAt(GRPC_SIDE, "envoy-grpc");
    orders =
        mesh.start(
            "envoy-orders",
            demo("orders")
                .env("STOCK", "envoy-grpc:" + port(grpcSide))
                .env("RECOMMENDATIONS", "http://envoy-http"));
    for (String service : List.of("envoy-desk", "envoy-warehouse")) {
      mesh.admin()
          .apply(
              """
              apiVersion: weft.io/v1
              kind: MutualTls
              metadata: {name: %s}
              spec: {to: {service: %s}, conf: {mode: STRICT}}
              """
                  .formatted(service, service));
    }
    sign("gateway");
    sign("envoy-http");
    sign("envoy-grpc");
    Files.writeString(folder.resolve("roots.pem"), mesh.weft("ca", "bundle"));
    envoy =
        Envoy.start(
            folder,
            config(
                Map.of(
                    "folder", folder.toString(),
                    "id", ID,
                    "http.address", HTTP_SIDE,
                    "http.port", port(httpSide),
                    "grpc.address", GRPC_SIDE,
                    "grpc.port", port(grpcSide),
                    "desk.port", port(desk),
                    "warehouse.port",
                        warehouse.awaitLine("stock \\w+ ready on port (\\d+)").group(1))));
  }

  @AfterAll
  void end() {
    if (envoy != null) {
      envoy.close();
    }
  }

  @Test
  void envoy_calls_a_service_that_takes_mutual_tls_alone_and_is_known_by_its_name()
      throws Exception {
    String trace = "4bf92f3577b34da6a3ce929d0e0e0001";

    eventually().until(() -> get(envoy.port("to-desk"), "/status?200", trace) == 200);

    eventually().untilAsserted(() -> assertThat(mesh.spans().of(trace)).isNotEmpty());
    Span span = mesh.spans().of(trace).get(0);
    assertThat(span.attribute("weft.peer")).isEqualTo(ID + "gateway");
  }

  @Test
  void a_service_calls_envoy_over_mutual_tls() throws Exception {
    eventually()
        .untilAsserted(
            () -> {
              HttpResponse<String> answer =
                  send(
                      HttpRequest.newBuilder(
                          URI.create(
                              "http://127.0.0.1:"
                                  + envoy.port("to-desk")
                                  + "/call?http://envoy-http/headers")));
              assertThat(answer.statusCode()).isEqualTo(200);
              // Envoy tells the next one by whom it was called.
              assertThat(answer.body()).contains("URI=" + ID + "envoy-desk");
            });
  }

  @Test
  void grpc_goes_through_envoy_from_service_to_service() {
    int port = Integer.parseInt(orders.awaitLine("orders ready on port (\\d+)").group(1));
    eventually()
        .untilAsserted(
            () -> {
              HttpResponse<String> answer =
                  send(
                      HttpRequest.newBuilder(
                              URI.create(
                                  "http://127.0.0.1:" + port + "/orders?item=tea&quantity=1"))
                          .POST(BodyPublishers.noBody()));
              assertThat(answer.body()).contains("\"warehouseVersion\":\"v1\"");
            });
  }

  private int get(int port, String path, String trace) throws IOException {
    return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01"))
        .statusCode();
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return http.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static JavaProcess.Builder demo(String app) {
    return JavaProcess.of(app)
        .env("PORT", "0")
        .jar(Artifacts.existing("demo-apps/" + app + "/target/" + app + ".jar"));
  }

  /** Registers an instance that is Envoy in truth. */
  private JavaProcess portAt(String address, String service) {
    return mesh.start(
        service,
        JavaProcess.of(service)
            .env("WEFT_ADDRESS", address)
            .main(List.of(TestApps.classes()), PortApp.class.getName()));
  }

  private static String port(JavaProcess app) {
    return app.awaitLine("serving on port (\\d+)").group(1);
  }

  /** A key of OpenSSL's making, and a certificate of the mesh's for it. */
  private void sign(String principal) throws Exception {
    Process openssl =
        new ProcessBuilder(
                ("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x"
                        + " -keyout key.pem -out request.pem")
                    .replace("key.pem", principal + "-key.pem")
                    .replace("request.pem", principal + "-request.pem")
                    .split(" "))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("openssl.log").toFile())
            .start();
    assertThat(openssl.waitFor()).isZero();
    Files.writeString(
        folder.resolve(principal + ".pem"),
        mesh.weft(
            "ca",
            "sign",
            "--csr",
            folder.resolve(principal + "-request.pem").toString(),
            "--principal",
            principal));
  }

  private static String config(Map<String, String> values) throws IOException {
    try (InputStream in = EnvoyIT.class.getResourceAsStream("envoy.yaml")) {
      return Pattern.compile("\\$\\{([a-z.]+)}")
          .matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8))
          .replaceAll(found -> Matcher.quoteReplacement(values.get(found.group(1))));
    }
  }
}
