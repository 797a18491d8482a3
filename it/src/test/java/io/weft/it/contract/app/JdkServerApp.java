package io.weft.it.contract.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/**
 * Serves with the JDK's HttpServer: two ports of HTTP, and one of HTTPS if it is asked to. On so
 * many threads as the property {@code threads} says, with 0 on the server's own, else on one for
 * each request.
 */
public final class JdkServerApp {
  private static final int BACKLOG = 1_000;
  private static final Desk DESK = new Desk();
  private static final ExecutorService OTHERS = Executors.newCachedThreadPool();

  private JdkServerApp() {}

  public static void main(String[] args) throws IOException, GeneralSecurityException {
    List<HttpServer> servers = new ArrayList<>();
    servers.add(open(HttpServer.create(anyPort(), BACKLOG)));
    servers.add(open(HttpServer.create(anyPort(), BACKLOG)));
    if (System.getProperty("javax.net.ssl.keyStore") != null) {
      HttpsServer https = HttpsServer.create(anyPort(), 0);
      https.setHttpsConfigurator(new HttpsConfigurator(SSLContext.getDefault()));
      servers.add(open(https));
    }
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> servers.forEach(server -> server.stop(0))));
    Console.onClose(() -> servers.get(1).stop(0));
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static HttpServer open(HttpServer server) {
    server.createContext("/", JdkServerApp::handle);
    server.createContext("/vault", exchange -> DESK.open(new Visit(exchange)));
    int threads = Integer.getInteger("threads", -1);
    if (threads != 0) {
      server.setExecutor(threads < 0 ? Threads.perTask() : Executors.newFixedThreadPool(threads));
    }
    server.start();
    System.out.println("serving on port " + server.getAddress().getPort());
    return server;
  }

  private static void handle(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestURI().getPath().startsWith("/async/")) {
      DESK.serve(new Visit(exchange));
      return;
    }
    OTHERS.execute(
        () -> {
          try {
            DESK.serve(new Visit(exchange));
          } catch (IOException | RuntimeException e) {
            exchange.close();
          }
        });
  }

  private record Visit(HttpExchange exchange) implements Desk.Exchange {
    @Override
    public String method() {
      return exchange.getRequestMethod();
    }

    @Override
    public String target() {
      return exchange.getRequestURI().toString();
    }

    @Override
    public Map<String, String> headers() {
      Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      exchange.getRequestHeaders().forEach((name, all) -> headers.put(name, String.join(",", all)));
      return headers;
    }

    @Override
    public InputStream body() {
      return exchange.getRequestBody();
    }

    @Override
    public String connection() {
      return exchange.getRemoteAddress().toString();
    }

    @Override
    public OutputStream begin() throws IOException {
      exchange.sendResponseHeaders(200, 0);
      return exchange.getResponseBody();
    }

    @Override
    public void answer(int status, byte[] body) throws IOException {
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
      if (!head && body.length > 0) {
        try (OutputStream out = exchange.getResponseBody()) {
          out.write(body);
        }
      }
      exchange.close();
    }
  }
}
