package io.weft.demo.orders;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;

/**
 * The desk over HTTP: {@code POST /orders?item=tea&quantity=1}, {@code GET
 * /available?items=tea,jam} and {@code GET /bestsellers}. Answers are JSON.
 */
final class Endpoints implements HttpHandler {
  private final OrderDesk desk;
  private final ObjectMapper json = new ObjectMapper();

  Endpoints(OrderDesk desk) {
    this.desk = desk;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = answer(exchange);
      byte[] body = json.writeValueAsBytes(answer.body);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private Answer answer(HttpExchange exchange) {
    Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
    String group = exchange.getRequestHeaders().getFirst("customer-group");
    String customerGroup = group == null ? "" : group;
    String request = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    try {
      return switch (request) {
        case "POST /orders" ->
            new Answer(
                HttpURLConnection.HTTP_CREATED,
                desk.place(
                    query.getOrDefault("item", ""),
                    Integer.parseInt(query.getOrDefault("quantity", "1")),
                    customerGroup));
        case "GET /available" ->
            new Answer(
                HttpURLConnection.HTTP_OK,
                desk.available(List.of(query.getOrDefault("items", "").split(",")), customerGroup));
        case "GET /bestsellers" -> new Answer(HttpURLConnection.HTTP_OK, desk.bestsellers());
        default -> failure(HttpURLConnection.HTTP_NOT_FOUND, "no " + request);
      };
    } catch (NumberFormatException e) {
      return failure(HttpURLConnection.HTTP_BAD_REQUEST, "quantity is not a number");
    } catch (CompletionException e) {
      return e.getCause() instanceof StatusRuntimeException refused
          ? failure(status(refused.getStatus()), "stock: " + refused.getMessage())
          : failure(HttpURLConnection.HTTP_INTERNAL_ERROR, String.valueOf(e.getCause()));
    }
  }

  // As gRPC's own table has it, read from right to left.
  private static int status(Status status) {
    return switch (status.getCode()) {
      case INVALID_ARGUMENT -> HttpURLConnection.HTTP_BAD_REQUEST;
      case NOT_FOUND -> HttpURLConnection.HTTP_NOT_FOUND;
      case PERMISSION_DENIED -> HttpURLConnection.HTTP_FORBIDDEN;
      case UNAVAILABLE -> HttpURLConnection.HTTP_UNAVAILABLE;
      case DEADLINE_EXCEEDED -> HttpURLConnection.HTTP_GATEWAY_TIMEOUT;
      default -> HttpURLConnection.HTTP_INTERNAL_ERROR;
    };
  }

  private static Answer failure(int status, String message) {
    return new Answer(status, Map.of("error", message));
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> values = new HashMap<>();
    for (String pair : raw == null ? new String[0] : raw.split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        values.put(
            pair.substring(0, equals),
            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return values;
  }

  private record Answer(int status, Object body) {}
}
