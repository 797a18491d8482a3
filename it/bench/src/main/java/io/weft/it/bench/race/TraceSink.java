package io.weft.it.bench.race;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;

/**
 * Takes OTLP over HTTP and throws it away, but counts the bytes by the first element of the path,
 * which names the sender. Thread-safe.
 */
final class TraceSink implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, LongAdder> bytes = new ConcurrentHashMap<>();

  private TraceSink(HttpServer server) {
    this.server = server;
  }

  static TraceSink open() throws IOException {
    TraceSink sink =
        new TraceSink(
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    sink.server.createContext("/", sink::take);
    sink.server.setExecutor(sink.threads);
    sink.server.start();
    return sink;
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** Where a sender's traces and metrics go. */
  String endpoint(String sender) {
    return "http://127.0.0.1:" + port() + "/" + sender;
  }

  /** Bytes of traces that a sender has sent. */
  long traced(String sender) {
    LongAdder sum = bytes.get(sender + "/v1/traces");
    return sum == null ? 0 : sum.sum();
  }

  private void take(HttpExchange exchange) throws IOException {
    try (InputStream in = exchange.getRequestBody()) {
      long length = in.transferTo(OutputStream.nullOutputStream());
      String path = exchange.getRequestURI().getPath().substring(1);
      bytes.computeIfAbsent(path, key -> new LongAdder()).add(length);
      exchange.sendResponseHeaders(200, -1);
    } finally {
      exchange.close();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }
}
