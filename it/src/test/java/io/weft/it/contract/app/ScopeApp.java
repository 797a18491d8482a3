package io.weft.it.contract.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Asked for {@code /join/<way>}, calls {@code /leaf/<way>} of the service it is told, on a thread
 * it gets to that way; told to {@code close}, calls {@code /leaf/outside} on threads that have
 * worked for requests, for none.
 */
public final class ScopeApp {
  private static final ExecutorService POOL = Executors.newFixedThreadPool(2);
  private static final ScheduledExecutorService TIMER = Executors.newScheduledThreadPool(1);

  private ScopeApp() {}

  public static void main(String[] arguments) throws IOException {
    String service = arguments[0];
    Map<String, Callable<Integer>> ways = ways(service);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/leaf", exchange -> answer(exchange, 200, "leaf"));
    server.createContext(
        "/ways", exchange -> answer(exchange, 200, String.join(",", ways.keySet())));
    server.createContext(
        "/join/",
        exchange -> {
          String way = exchange.getRequestURI().getPath().substring("/join/".length());
          try {
            answer(exchange, ways.get(way).call(), way);
          } catch (Exception e) {
            answer(exchange, 500, e.toString());
          }
        });
    server.start();
    System.out.println("serving on port " + server.getAddress().getPort());
    Console.onClose(
        () -> {
          for (int i = 0; i < 4; i++) {
            POOL.execute(() -> call(service, "outside"));
          }
        });
  }

  private static Map<String, Callable<Integer>> ways(String service) {
    Map<String, Callable<Integer>> ways = new TreeMap<>();
    ways.put("same-thread", () -> call(service, "same-thread"));
    ways.put("pool", () -> POOL.submit(() -> call(service, "pool")).get());
    ways.put(
        "execute",
        () -> {
          CompletableFuture<Integer> done = new CompletableFuture<>();
          POOL.execute(() -> done.complete(call(service, "execute")));
          return done.get();
        });
    ways.put(
        "supply-async",
        () -> CompletableFuture.supplyAsync(() -> call(service, "supply-async")).get());
    ways.put(
        "then-apply-async",
        () ->
            CompletableFuture.supplyAsync(() -> "x", POOL)
                .thenApplyAsync(x -> call(service, "then-apply-async"), POOL)
                .get());
    ways.put(
        "schedule",
        () -> TIMER.schedule(() -> call(service, "schedule"), 5, TimeUnit.MILLISECONDS).get());
    ways.put(
        "fork-join",
        () -> ForkJoinPool.commonPool().submit(() -> call(service, "fork-join")).get());
    ways.put(
        "parallel-stream",
        () ->
            Stream.of(1, 2, 3, 4)
                .parallel()
                .mapToInt(i -> call(service, "parallel-stream"))
                .max()
                .getAsInt());
    if (Runtime.version().feature() >= 21) {
      ways.put("virtual-threads", () -> onVirtualThread(service));
    }
    return ways;
  }

  private static int onVirtualThread(String service)
      throws ReflectiveOperationException, InterruptedException, ExecutionException {
    Executor threads =
        (Executor) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    return CompletableFuture.supplyAsync(() -> call(service, "virtual-threads"), threads).get();
  }

  private static int call(String service, String way) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create("http://" + service + "/leaf/" + way).toURL().openConnection();
      int status = connection.getResponseCode();
      try (InputStream body = connection.getInputStream()) {
        body.readAllBytes();
      }
      return status;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
