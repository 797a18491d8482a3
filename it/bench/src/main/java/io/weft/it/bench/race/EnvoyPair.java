package io.weft.it.bench.race;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Two Envoys, one beside the caller and one beside the callee, as Istio would set them up. */
final class EnvoyPair implements AutoCloseable {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([a-z.]+)}");

  private final Program outbound;
  private final Program inbound;
  private final int port;

  private EnvoyPair(Program outbound, Program inbound, int port) {
    this.outbound = outbound;
    this.inbound = inbound;
    this.port = port;
  }

  /**
   * Starts them.
   *
   * @param name of the service that is called
   * @param application its port
   */
  static EnvoyPair start(
      Home home,
      Path folder,
      Party party,
      String name,
      boolean grpc,
      int application,
      Keys caller,
      Keys callee,
      TraceSink sink)
      throws IOException {
    Files.createDirectories(folder);
    Map<String, String> values = new HashMap<>();
    values.put("application.port", Integer.toString(application));
    values.put("sink.port", Integer.toString(sink.port()));
    values.put("folder", folder.toString());
    values.put("caller.keys", caller.folder().toString());
    values.put("caller.id", caller.id());
    values.put("callee.keys", callee.folder().toString());
    values.put("callee.id", callee.id());
    values.put("alpn", grpc ? "h2" : "http/1.1");
    values.put(
        "upstream.protocol", grpc ? "http2_protocol_options: {}" : "http_protocol_options: {}");
    int workers = party == Party.ENVOY_2 ? 2 : 1;
    values.put("sender", name);
    Side inbound = start(home, folder, "inbound", workers, values);
    Side outbound;
    try {
      values.put("sender", Stable.callerOf(name));
      values.put("inbound.port", Integer.toString(inbound.port()));
      outbound = start(home, folder, "outbound", workers, values);
    } catch (IOException | RuntimeException e) {
      inbound.envoy().close();
      throw e;
    }
    return new EnvoyPair(outbound.envoy(), inbound.envoy(), outbound.port());
  }

  /** One of the two, and where it listens. */
  private record Side(Program envoy, int port) {}

  private static Side start(
      Home home, Path folder, String side, int workers, Map<String, String> values)
      throws IOException {
    String text;
    try (InputStream in = EnvoyPair.class.getResourceAsStream("envoy-" + side + ".yaml")) {
      if (in == null) {
        throw new IllegalStateException("envoy-" + side + ".yaml is missing");
      }
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    Path config =
        Files.writeString(
            folder.resolve(side + ".yaml"),
            VARIABLE
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(values.get(found.group(1)))));
    Program envoy =
        Program.of("envoy " + side)
            .with(home.envoy())
            .with("-c", config.toString(), "--concurrency", Integer.toString(workers))
            .with("--disable-hot-restart")
            .start();
    try {
      String admin = envoy.await("admin address: (127\\.0\\.0\\.1:\\d+)").group(1);
      envoy.await("starting main dispatch loop");
      return new Side(envoy, port(admin, side));
    } catch (IOException | IllegalStateException e) {
      envoy.close();
      throw e;
    }
  }

  private static int port(String admin, String listener) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + admin + "/listeners"))
            .timeout(Duration.ofSeconds(10))
            .build();
    try {
      String all = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
      Matcher found = Pattern.compile(listener + "::127\\.0\\.0\\.1:(\\d+)").matcher(all);
      if (!found.find()) {
        throw new IllegalStateException("envoy " + listener + " says it listens at " + all);
      }
      return Integer.parseInt(found.group(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Where the caller finds the one beside it. */
  int port() {
    return port;
  }

  Program outbound() {
    return outbound;
  }

  Program inbound() {
    return inbound;
  }

  @Override
  public void close() {
    outbound.close();
    inbound.close();
  }
}
