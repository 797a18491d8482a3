package io.weft.it.bench.race;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
    values.put("outbound.port", Integer.toString(freePort()));
    values.put("inbound.port", Integer.toString(freePort()));
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
    Program inbound = start(home, folder, "inbound", workers, values);
    Program outbound;
    try {
      values.put("sender", Stable.callerOf(name));
      outbound = start(home, folder, "outbound", workers, values);
    } catch (IOException | RuntimeException e) {
      inbound.close();
      throw e;
    }
    return new EnvoyPair(outbound, inbound, Integer.parseInt(values.get("outbound.port")));
  }

  private static Program start(
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
      envoy.await("starting main dispatch loop");
      return envoy;
    } catch (IllegalStateException e) {
      envoy.close();
      throw e;
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

  // Envoy says where it listens only by its admin interface; nobody else takes ports here
  // meanwhile.
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
