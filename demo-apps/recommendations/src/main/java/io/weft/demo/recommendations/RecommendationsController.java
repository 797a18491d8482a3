package io.weft.demo.recommendations;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@RestController
class RecommendationsController {
  private static final int SHOWN = 3;
  private static final List<String> EVERGREENS = List.of("tea", "honey", "bread");
  private static final Map<String, String> PAIRS =
      Map.of("tea", "honey", "honey", "bread", "bread", "jam", "jam", "bread", "cheese", "wine");

  private final Bestsellers bestsellers;

  RecommendationsController(Bestsellers bestsellers) {
    this.bestsellers = bestsellers;
  }

  @GetMapping("/goes-with/{item}")
  Recommendation goesWith(@PathVariable String item) {
    return new Recommendation(PAIRS.getOrDefault(item, EVERGREENS.get(0)));
  }

  /** What sells, and where that is not known, what always does. */
  @GetMapping("/recommendations")
  CompletableFuture<List<Recommendation>> recommendations() {
    return bestsellers
        .get()
        .exceptionally(unknown -> List.of())
        .thenApply(
            sold ->
                Stream.concat(sold.stream(), EVERGREENS.stream())
                    .distinct()
                    .limit(SHOWN)
                    .map(Recommendation::new)
                    .toList());
  }

  record Recommendation(String item) {}
}
