package io.weft.demo.storefront;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClientResponseException;

/**
 * What the page asks for: {@code GET /api/shop} and {@code POST /api/orders?item=tea&quantity=1}.
 */
@RestController
class Shop {
  static final String CUSTOMER_GROUP = "customer-group";

  private final Orders orders;
  private final Recommendations recommendations;
  private final ExecutorService workers = Executors.newCachedThreadPool();

  Shop(Orders orders, Recommendations recommendations) {
    this.orders = orders;
    this.recommendations = recommendations;
  }

  @GetMapping("/api/shop")
  Shelf shelf(@RequestHeader(name = CUSTOMER_GROUP, defaultValue = "") String customerGroup) {
    CompletableFuture<List<Orders.Available>> levels =
        CompletableFuture.supplyAsync(
            () -> orders.available(Catalogue.names(), customerGroup), workers);
    CompletableFuture<List<String>> liked =
        CompletableFuture.supplyAsync(recommendations::get, workers);
    return levels.thenCombine(liked, Shop::shelf).join();
  }

  @PostMapping(path = "/api/orders", produces = MediaType.APPLICATION_JSON_VALUE)
  String order(
      @RequestParam String item,
      @RequestParam(defaultValue = "1") int quantity,
      @RequestHeader(name = CUSTOMER_GROUP, defaultValue = "") String customerGroup) {
    return orders.place(item, quantity, customerGroup);
  }

  /** What went wrong behind the shop, passed on as it came. */
  @ExceptionHandler
  ResponseEntity<byte[]> failed(RestClientResponseException refused) {
    HttpHeaders head = refused.getResponseHeaders();
    MediaType type = head == null ? null : head.getContentType();
    return ResponseEntity.status(refused.getStatusCode())
        .contentType(type == null ? MediaType.TEXT_PLAIN : type)
        .body(refused.getResponseBodyAsByteArray());
  }

  @ExceptionHandler
  ResponseEntity<byte[]> failed(ResourceAccessException unreachable) {
    return ResponseEntity.status(HttpStatus.BAD_GATEWAY)
        .contentType(MediaType.TEXT_PLAIN)
        .body(String.valueOf(unreachable.getMessage()).getBytes(StandardCharsets.UTF_8));
  }

  @ExceptionHandler
  ResponseEntity<byte[]> failed(CompletionException fault) throws Exception {
    if (fault.getCause() instanceof RestClientResponseException refused) {
      return failed(refused);
    }
    if (fault.getCause() instanceof ResourceAccessException unreachable) {
      return failed(unreachable);
    }
    throw fault;
  }

  private static Shelf shelf(List<Orders.Available> levels, List<String> liked) {
    Map<String, Integer> available =
        levels.stream()
            .collect(Collectors.toMap(Orders.Available::item, Orders.Available::available));
    Function<Catalogue.Item, Offer> offer =
        item ->
            new Offer(
                item.name(),
                item.picture(),
                item.price().toString(),
                available.getOrDefault(item.name(), 0));
    return new Shelf(Catalogue.ITEMS.stream().map(offer).toList(), liked);
  }

  record Offer(String item, String picture, String price, int available) {}

  record Shelf(List<Offer> offers, List<String> liked) {}
}
