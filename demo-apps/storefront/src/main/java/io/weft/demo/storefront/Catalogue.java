package io.weft.demo.storefront;

import java.math.BigDecimal;
import java.util.List;

/** What the shop sells. */
final class Catalogue {
  static final List<Item> ITEMS =
      List.of(
          item("tea", "🍵", "4.20"),
          item("honey", "🍯", "6.90"),
          item("bread", "🍞", "3.80"),
          item("jam", "🍓", "4.50"),
          item("cheese", "🧀", "7.40"),
          item("wine", "🍷", "9.90"));

  private Catalogue() {}

  static List<String> names() {
    return ITEMS.stream().map(Item::name).toList();
  }

  private static Item item(String name, String picture, String price) {
    return new Item(name, picture, new BigDecimal(price));
  }

  record Item(String name, String picture, BigDecimal price) {}
}
