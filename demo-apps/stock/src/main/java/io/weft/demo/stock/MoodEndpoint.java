package io.weft.demo.stock;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * Where an operator makes the warehouse fail or dawdle: {@code PUT /mood?fail=50&delay=300}
 * (percent and milliseconds; what is not named becomes 0), {@code GET /mood}.
 */
final class MoodEndpoint {
  private MoodEndpoint() {}

  /** Starts it and returns its port. */
  static int start(int port, Mood mood) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/mood", exchange -> answer(exchange, mood));
    server.start();
    return server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange, Mood mood) throws IOException {
    int status = 200;
    String text;
    try {
      if (exchange.getRequestMethod().equals("PUT")) {
        String query = exchange.getRequestURI().getQuery();
        mood.change(number(query, "fail"), number(query, "delay"));
      }
      text = mood.toString();
    } catch (NumberFormatException e) {
      status = 400;
      text = "not a number: " + e.getMessage();
    }
    byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static int number(String query, String name) {
    for (String pair : query == null ? new String[0] : query.split("&")) {
      if (pair.startsWith(name + "=")) {
        return Integer.parseInt(pair.substring(name.length() + 1));
      }
    }
    return 0;
  }
}
