package io.weft.it.bench.race;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes OTLP over HTTP and throws it away, but remembers who has sent what: the first element of
 * the path names the sender. Thread-safe.
 */
final class TraceSink implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(100);

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<String> paths = ConcurrentHashMap.newKeySet();

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

  /** Waits until a sender has sent traces, longer than it may gather them; whether it has. */
  boolean awaitTraces(String sender) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!paths.contains(sender + "/v1/traces")) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
    return true;
  }

  private void take(HttpExchange exchange) throws IOException {
    try (InputStream in = exchange.getRequestBody()) {
      in.transferTo(OutputStream.nullOutputStream());
      paths.add(exchange.getRequestURI().getPath().substring(1));
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
