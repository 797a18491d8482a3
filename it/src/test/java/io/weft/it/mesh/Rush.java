package io.weft.it.mesh;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Customers who order without a pause while something else is going on. */
final class Rush {
  private static final int CUSTOMERS = 3;

  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong orders = new AtomicLong();
  private final List<CompletableFuture<Void>> customers = new ArrayList<>();
  private volatile boolean over;

  /** Lets them in. */
  static Rush of(Shop shop) {
    Rush rush = new Rush();
    for (int i = 0; i < CUSTOMERS; i++) {
      rush.customers.add(
          CompletableFuture.runAsync(
              () -> {
                while (!rush.over) {
                  Shop.Receipt receipt = shop.order();
                  rush.orders.incrementAndGet();
                  if (!receipt.ok()) {
                    rush.failures.add(receipt.status() + " " + receipt.body());
                  }
                }
              }));
    }
    return rush;
  }

  /** How many were answered so far. */
  long orders() {
    return orders.get();
  }

  /** Sends them home, and tells which orders failed. */
  List<String> end() {
    over = true;
    customers.forEach(CompletableFuture::join);
    return List.copyOf(failures);
  }
}
