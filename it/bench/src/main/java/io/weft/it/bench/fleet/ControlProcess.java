package io.weft.it.bench.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** One replica of control: the packaged jar on a JVM of its own. */
final class ControlProcess implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path data;
  private final Program program;
  private final InetSocketAddress address;
  private final HttpClient http;

  private ControlProcess(Path data, Program program) throws IOException {
    this.data = data;
    this.program = program;
    this.address =
        new InetSocketAddress(
            InetAddress.getLoopbackAddress(), Integer.parseInt(program.ready().group(1)));
    this.http = HttpClient.newBuilder().sslContext(Roots.tls(root())).build();
  }

  /**
   * Starts one on a free port.
   *
   * @param heap the most heap it may take, in megabytes
   */
  static ControlProcess start(Path jar, Path data, String etcd, int heap) throws IOException {
    Program program =
        Program.start(
            List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Xmx" + heap + "m",
                "-jar",
                jar.toString(),
                "control",
                "--listen",
                "127.0.0.1:0",
                "--store",
                "etcd:" + etcd,
                "--data",
                data.toString()),
            Pattern.compile("listening on (?:https://)?127\\.0\\.0\\.1:(\\d+)"));
    return new ControlProcess(data, program);
  }

  InetSocketAddress address() {
    return address;
  }

  Program program() {
    return program;
  }

  /** The root by which it is known. */
  Path root() {
    return data.resolve("root.pem");
  }

  /** What an agent shows of its join token. */
  String credential() throws IOException {
    String[] parts = Files.readString(data.resolve("join-token")).strip().split("\\.", -1);
    return parts[1] + "." + parts[2];
  }

  /** Takes documents into force, as {@code weft apply} does; the generation they stand in. */
  long apply(String documents) throws IOException {
    return send("POST", "/v1/config", documents).path("generation").asLong();
  }

  private JsonNode send(String method, String path, String body) throws IOException {
    String token = Files.readString(data.resolve("admin-token")).strip();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + address.getPort() + path))
            .header("authorization", "Bearer " + token)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IOException(method + " " + path + ": " + answer.body());
      }
      return JSON.readTree(answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    program.close();
  }
}
