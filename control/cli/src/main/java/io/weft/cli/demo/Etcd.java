package io.weft.cli.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** An etcd of the demo's own. Thread-safe. */
final class Etcd {
  /**
   * The official image first; then the one that the project's tests build where none is to be had.
   */
  private static final List<String> IMAGES =
      List.of("quay.io/coreos/etcd:v3.6.5", "weft-local/etcd:3.6.5");

  private static final Duration START = Duration.ofSeconds(20);
  private static final int PORT = 2379;

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI endpoint;
  private final String said;

  private Etcd(int port, String said) {
    this.endpoint = URI.create("http://127.0.0.1:" + port);
    this.said = said;
  }

  /** What was found. Without an etcd, the reason. */
  record Found(Optional<Etcd> etcd, String said) {}

  /** Starts one, wherever it can be had. */
  static Found start(Stage stage, Ports ports, Place place, String image, Consumer<String> say) {
    Whereabouts where =
        Whereabouts.of(place, "etcd", image.isEmpty() ? IMAGES : List.of(image), say);
    if (where instanceof Whereabouts.Nowhere nowhere) {
      return new Found(Optional.empty(), nowhere.why());
    }
    Etcd etcd =
        where instanceof Whereabouts.OnPath here
            ? fromPath(stage, ports, here.program())
            : fromDocker(stage, ports, (Whereabouts.Image) where);
    if (!Await.until(START, etcd::answers)) {
      throw new DemoException("etcd does not answer at " + etcd.endpoint);
    }
    return new Found(Optional.of(etcd), etcd.said);
  }

  private static Etcd fromPath(Stage stage, Ports ports, Path program) {
    int port = ports.take("etcd", PORT);
    String client = "http://127.0.0.1:" + port;
    String peer = "http://127.0.0.1:" + ports.any();
    stage.start(
        "etcd",
        Map.of(),
        List.of(
            program.toString(),
            "--data-dir=" + stage.folder().resolve("etcd"),
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=default=" + peer));
    return new Etcd(port, program + ", from PATH");
  }

  private static Etcd fromDocker(Stage stage, Ports ports, Whereabouts.Image image) {
    int port = ports.take("etcd", PORT);
    String name = "weft-demo-etcd-" + ProcessHandle.current().pid();
    String failure =
        Docker.run(
            stage,
            name,
            image.name(),
            Map.of(port, PORT),
            "etcd",
            List.of(
                "--listen-client-urls=http://0.0.0.0:" + PORT,
                "--advertise-client-urls=http://127.0.0.1:" + port));
    if (!failure.isEmpty()) {
      throw new DemoException("etcd's container does not run: " + failure);
    }
    return new Etcd(port, image.said());
  }

  /** Its URL. */
  URI endpoint() {
    return endpoint;
  }

  /** Puts a document where people put them, as etcdctl would, past the checks of {@code apply}. */
  void putConfig(String kind, String name, String document) {
    send(
        "/v3/kv/put",
        "{\"key\":\"%s\",\"value\":\"%s\"}".formatted(base64(key(kind, name)), base64(document)));
  }

  /** Deletes such a document. */
  void deleteConfig(String kind, String name) {
    send("/v3/kv/deleterange", "{\"key\":\"%s\"}".formatted(base64(key(kind, name))));
  }

  private boolean answers() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(endpoint.resolve("/health")).timeout(Duration.ofSeconds(2)).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body().contains("true");
  }

  private void send(String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(endpoint.resolve(path))
            .timeout(Duration.ofSeconds(5))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new DemoException("etcd answers " + answer.statusCode() + ": " + answer.body());
      }
    } catch (IOException e) {
      throw new DemoException("etcd does not answer: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted");
    }
  }

  /** The key of a document in the default namespace. */
  static String key(String kind, String name) {
    return "/weft/v1/default/config/" + kind + "/default/" + name;
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
