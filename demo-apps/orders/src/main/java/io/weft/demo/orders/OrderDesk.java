package io.weft.demo.orders;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import shop.stock.v1.ReserveReply;
import shop.stock.v1.Warehouse;

/** Where orders are taken: asks the warehouse and the advertisers, and counts what sells. */
final class OrderDesk {
  private final StockClient stock;
  private final RecommendationsClient recommendations;
  private final Executor workers;
  private final Map<String, LongAdder> sold = new ConcurrentHashMap<>();

  OrderDesk(StockClient stock, RecommendationsClient recommendations, Executor workers) {
    this.stock = stock;
    this.recommendations = recommendations;
    this.workers = workers;
  }

  /**
   * Places an order.
   *
   * @throws java.util.concurrent.CompletionException caused by a gRPC status if the warehouse does
   *     not play along
   */
  Placed place(String item, int quantity, String customerGroup) {
    String order = UUID.randomUUID().toString();
    CompletableFuture<ReserveReply> reserved =
        CompletableFuture.supplyAsync(
            () -> stock.reserve(order, item, quantity, customerGroup), workers);
    CompletableFuture<String> goesWith =
        CompletableFuture.supplyAsync(() -> recommendations.goesWith(item), workers);
    Placed placed =
        reserved
            .thenCombine(
                goesWith,
                (reply, with) -> {
                  Warehouse from = reply.getWarehouse();
                  return new Placed(
                      order,
                      item,
                      quantity,
                      reply.getLeft(),
                      from.getVersion(),
                      from.getInstance(),
                      with);
                })
            .join();
    sold.computeIfAbsent(item, name -> new LongAdder()).add(quantity);
    return placed;
  }

  /** How many of each item are there, asked for all at once. */
  List<Available> available(List<String> items, String customerGroup) {
    List<CompletableFuture<Available>> levels =
        items.stream()
            .map(
                item ->
                    CompletableFuture.supplyAsync(
                        () -> new Available(item, stock.level(item, customerGroup).getAvailable()),
                        workers))
            .toList();
    return levels.stream().map(CompletableFuture::join).toList();
  }

  /** Items by how often they were ordered here, most often first. */
  List<String> bestsellers() {
    return sold.entrySet().stream()
        .sorted((a, b) -> Long.compare(b.getValue().sum(), a.getValue().sum()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** What the customer is told of an order. */
  record Placed(
      String order,
      String item,
      int quantity,
      int left,
      String warehouseVersion,
      String warehouse,
      String goesWith) {}

  /** How many of an item are there. */
  record Available(String item, int available) {}
}
