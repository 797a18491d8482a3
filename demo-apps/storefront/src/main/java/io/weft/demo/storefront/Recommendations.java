package io.weft.demo.storefront;

import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/** What else a customer might like. Thread-safe. */
@Component
class Recommendations {
  private static final ParameterizedTypeReference<List<Recommendation>> LIST =
      new ParameterizedTypeReference<>() {};

  private final RestClient http;

  Recommendations(
      RestClient.Builder http, @Value("${shop.recommendations}") String recommendations) {
    this.http = http.baseUrl(recommendations).build();
  }

  /** Names of items; none where nobody knows, which is no reason to close the shop. */
  List<String> get() {
    try {
      List<Recommendation> list = http.get().uri("/recommendations").retrieve().body(LIST);
      return list == null ? List.of() : list.stream().map(Recommendation::item).toList();
    } catch (RestClientException e) {
      return List.of();
    }
  }

  record Recommendation(String item) {}
}
