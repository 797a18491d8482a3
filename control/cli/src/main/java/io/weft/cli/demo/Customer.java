package io.weft.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Somebody with a browser, outside the mesh. Thread-safe. */
final class Customer {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int AT_ONCE = 8;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ObjectMapper json = new ObjectMapper();
  private final URI storefront;

  Customer(URI storefront) {
    this.storefront = storefront;
  }

  /**
   * How something ended.
   *
   * @param status 0 if there was no answer
   * @param version of the warehouse that packed the order; empty if none did
   */
  record Visit(int status, String version, long millis, String body) {
    boolean succeeded() {
      return status == 200;
    }
  }

  /** Orders one piece of an item. Never fails. */
  CompletableFuture<Visit> buy(String item, String group) {
    return visit(
        request("/api/orders?item=" + item + "&quantity=1", group)
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  /** Orders so many pieces of tea, a few at once, and waits for all. */
  Visits buy(int orders, String group) {
    List<CompletableFuture<Visit>> visits = new ArrayList<>();
    while (visits.size() < orders) {
      List<CompletableFuture<Visit>> some = new ArrayList<>();
      for (int i = 0; i < Math.min(AT_ONCE, orders - visits.size()); i++) {
        some.add(buy("tea", group));
      }
      some.forEach(CompletableFuture::join);
      visits.addAll(some);
    }
    return Visits.of(visits);
  }

  /** Looks at what the shop has. Never fails. */
  CompletableFuture<Visit> look() {
    return visit(request("/api/shop", ""));
  }

  private HttpRequest.Builder request(String path, String group) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(storefront.resolve(path)).timeout(PATIENCE);
    return group.isEmpty() ? request : request.header("customer-group", group);
  }

  private CompletableFuture<Visit> visit(HttpRequest.Builder request) {
    long begun = System.nanoTime();
    return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
        .handle(
            (answer, fault) -> {
              long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
              return fault == null
                  ? new Visit(answer.statusCode(), version(answer.body()), millis, answer.body())
                  : new Visit(0, "", millis, String.valueOf(fault.getMessage()));
            });
  }

  private String version(String body) {
    try {
      return json.readTree(body).path("warehouseVersion").asText();
    } catch (JsonProcessingException e) {
      return "";
    }
  }
}
