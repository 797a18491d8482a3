package io.weft.it.bench.fleet;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real etcd and what it counts of itself. */
final class Etcd implements AutoCloseable {
  private static final Pattern LISTENS = Pattern.compile("ready to serve client requests");

  private static final String OFFICIAL = "quay.io/coreos/etcd:v3.6.5";

  private final HttpClient http = HttpClient.newHttpClient();
  private final String endpoint;
  private final Runnable end;

  /**
   * What it has done since it started.
   *
   * @param writes proposals that went through its log
   * @param megabytesSent to its clients
   */
  record Work(double writes, double megabytesSent) {
    Work since(Work earlier) {
      return new Work(writes - earlier.writes, megabytesSent - earlier.megabytesSent);
    }
  }

  private Etcd(String endpoint, Runnable end) {
    this.endpoint = endpoint;
    this.end = end;
  }

  /** One that runs already, and is left as it is. */
  static Etcd at(String endpoint) {
    return new Etcd(endpoint, () -> {});
  }

  /** Starts the program of this machine, with its data in a folder. */
  static Etcd program(String program, Path folder) throws IOException {
    String client = "http://127.0.0.1:" + freePort();
    String peer = "http://127.0.0.1:" + freePort();
    Program started =
        Program.start(
            List.of(
                program,
                "--data-dir=" + folder,
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer),
            LISTENS);
    return new Etcd(client, started::close);
  }

  /** Starts a container, of the official image unless there is the one that the tests build. */
  static Etcd container() throws IOException {
    String image = image();
    int port = freePort();
    Program started =
        Program.start(
            List.of(
                "docker",
                "run",
                "--rm",
                "--init",
                "-p",
                "127.0.0.1:" + port + ":2379",
                "--entrypoint",
                image.startsWith("quay.io/") ? "/usr/local/bin/etcd" : "/bin/etcd",
                image,
                "--listen-client-urls=http://0.0.0.0:2379",
                "--advertise-client-urls=http://127.0.0.1:" + port),
            LISTENS);
    return new Etcd("http://127.0.0.1:" + port, started::close);
  }

  private static String image() throws IOException {
    List<String> images =
        List.of(
            System.getProperty("weft.test.etcd.image", OFFICIAL),
            OFFICIAL,
            "weft-local/etcd:3.6.5");
    for (String each : images) {
      Process inspect =
          new ProcessBuilder("docker", "image", "inspect", each)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (inspect.onExit().join().exitValue() == 0) {
        return each;
      }
    }
    return OFFICIAL;
  }

  String endpoint() {
    return endpoint;
  }

  Work work() throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(endpoint + "/metrics"))
            .timeout(Duration.ofSeconds(10))
            .build();
    try {
      String metrics = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
      return new Work(
          value(metrics, "etcd_server_proposals_applied_total"),
          value(metrics, "etcd_network_client_grpc_sent_bytes_total") / 1e6);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static double value(String metrics, String name) {
    Matcher line = Pattern.compile("(?m)^" + name + " (\\S+)$").matcher(metrics);
    return line.find() ? Double.parseDouble(line.group(1)) : 0;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    end.run();
  }
}
