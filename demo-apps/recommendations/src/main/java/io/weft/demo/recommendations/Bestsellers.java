package io.weft.demo.recommendations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** What sells best, asked of orders without waiting on a thread. */
@Component
class Bestsellers {
  private static final TypeReference<List<String>> NAMES = new TypeReference<>() {};

  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json;
  private final URI orders;

  Bestsellers(ObjectMapper json, @Value("${shop.orders}") URI orders) {
    this.json = json;
    this.orders = orders;
  }

  /** Names of items, best first. Fails if orders does not answer with them. */
  CompletableFuture<List<String>> get() {
    HttpRequest request =
        HttpRequest.newBuilder(orders.resolve("/bestsellers"))
            .timeout(Duration.ofSeconds(5))
            .build();
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .thenApply(response -> response.statusCode() == 200 ? names(response.body()) : List.of());
  }

  private List<String> names(String body) {
    try {
      return json.readValue(body, NAMES);
    } catch (JsonProcessingException e) {
      throw new CompletionException(e);
    }
  }
}
