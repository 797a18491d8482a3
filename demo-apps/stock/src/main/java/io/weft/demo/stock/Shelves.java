package io.weft.demo.stock;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What lies on the shelves. Refilled when empty, so that the shop never closes. Thread-safe. */
final class Shelves {
  private static final int FULL = 500;
  private static final int REMEMBERED = 10_000;

  private final Map<String, Integer> items = new ConcurrentHashMap<>();
  private final Set<String> reserved = ConcurrentHashMap.newKeySet();

  int level(String item) {
    return items.getOrDefault(item, FULL);
  }

  /** Takes items off the shelf, once for each order; returns how many are left. */
  int reserve(String order, String item, int quantity) {
    if (reserved.size() > REMEMBERED) {
      reserved.clear();
    }
    if (!reserved.add(order + "/" + item)) {
      return level(item);
    }
    return items.merge(
        item, FULL - quantity, (left, full) -> left < quantity ? full : left - quantity);
  }
}
