package io.weft.demo.storefront;

import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/** Where orders are placed. Thread-safe. */
@Component
class Orders {
  private static final ParameterizedTypeReference<List<Available>> LEVELS =
      new ParameterizedTypeReference<>() {};

  private final RestClient http;

  Orders(RestClient.Builder http, @Value("${shop.orders}") String orders) {
    this.http = http.baseUrl(orders).build();
  }

  /** How many of each item are there. */
  List<Available> available(List<String> items, String customerGroup) {
    List<Available> levels =
        http.get()
            .uri("/available?items={items}", String.join(",", items))
            .header(Shop.CUSTOMER_GROUP, customerGroup)
            .retrieve()
            .body(LEVELS);
    return levels == null ? List.of() : levels;
  }

  /** Orders some of an item; the answer is the one of orders, unread. */
  String place(String item, int quantity, String customerGroup) {
    String receipt =
        http.post()
            .uri("/orders?item={item}&quantity={quantity}", item, quantity)
            .header(Shop.CUSTOMER_GROUP, customerGroup)
            .retrieve()
            .body(String.class);
    return receipt == null ? "{}" : receipt;
  }

  record Available(String item, int available) {}
}
