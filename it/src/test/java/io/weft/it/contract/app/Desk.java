package io.weft.it.contract.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/** What every server under test answers, whichever library carries the request. Thread-safe. */
public final class Desk {
  private static final String VERSION = System.getProperty("version", "");

  private final CountDownLatch go = new CountDownLatch(1);

  /** One request, and the way to answer it. */
  public interface Exchange {
    /** The method, as the application sees it. */
    String method();

    /** Path and query. */
    String target();

    /** All headers, as the application sees them; values of one name joined by commas. */
    Map<String, String> headers();

    /** The body. */
    InputStream body() throws IOException;

    /** Address and port at the other end of its connection. */
    String connection();

    /** Answers, and ends the exchange. */
    void answer(int status, byte[] body) throws IOException;

    /** Begins an answer of unknown length; to close it ends the exchange. */
    OutputStream begin() throws IOException;
  }

  /** Serves what policies may keep from some, and tells what it saw. */
  public void open(Exchange exchange) throws IOException {
    exchange.answer(
        200,
        ("the vault was opened by " + exchange.method() + " " + exchange.target())
            .getBytes(StandardCharsets.UTF_8));
  }

  /** Serves one request; what is thrown is told on standard output, too. */
  public void serve(Exchange exchange) throws IOException {
    try {
      answer(exchange);
    } catch (IOException | RuntimeException e) {
      System.out.println(exchange.target() + " failed: " + e);
      throw e;
    }
  }

  private void answer(Exchange exchange) throws IOException {
    String target = exchange.target();
    String path = target.replaceFirst("\\?.*", "").replaceFirst("^/async/", "/");
    String rest = target.contains("?") ? target.substring(target.indexOf('?') + 1) : "";
    switch (path) {
      case "/headers" -> exchange.answer(200, headers(exchange));
      case "/echo" -> exchange.answer(200, exchange.body().readAllBytes());
      case "/status" -> exchange.answer(Integer.parseInt(rest), new byte[0]);
      case "/large" -> exchange.answer(200, new byte[Integer.parseInt(rest)]);
      case "/connection" ->
          exchange.answer(200, exchange.connection().getBytes(StandardCharsets.UTF_8));
      case "/drip" -> drip(exchange, Integer.parseInt(rest));
      case "/call" -> call(exchange, rest);
      case "/throw" -> throw new IllegalStateException("the application is at fault");
      case "/wait" -> {
        await();
        exchange.answer(200, new byte[0]);
      }
      case "/version" -> exchange.answer(200, VERSION.getBytes(StandardCharsets.UTF_8));
      case "/fail" ->
          exchange.answer(
              rest.equals(VERSION) ? 503 : 200, VERSION.getBytes(StandardCharsets.UTF_8));
      case "/release" -> {
        go.countDown();
        exchange.answer(200, new byte[0]);
      }
      default -> exchange.answer(404, new byte[0]);
    }
  }

  /** A thousand bytes ten times a second. */
  private static void drip(Exchange exchange, int times) throws IOException {
    try (OutputStream out = exchange.begin()) {
      for (int i = 0; i < times; i++) {
        out.write(new byte[1_000]);
        out.flush();
        Thread.sleep(100);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void await() {
    System.out.println("waiting");
    try {
      go.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Hands on what is answered there. */
  private static void call(Exchange exchange, String url) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    int status = connection.getResponseCode();
    try (InputStream body =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      exchange.answer(status, body == null ? new byte[0] : body.readAllBytes());
    }
  }

  private static byte[] headers(Exchange exchange) {
    return exchange.headers().entrySet().stream()
        .map(header -> header.getKey() + ": " + header.getValue())
        .collect(Collectors.joining("\n"))
        .getBytes(StandardCharsets.UTF_8);
  }
}
