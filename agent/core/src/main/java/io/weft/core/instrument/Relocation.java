package io.weft.core.instrument;

import java.util.ArrayList;
import java.util.List;

/**
 * A library's copy under another name.
 *
 * @param adapters how the class names of the adapters begin that use the library by its name, and
 *     are renamed with it; the copy shares all others with the library itself
 * @param renamed the packages of the library that are renamed; none: the library under its own name
 */
public record Relocation(String adapters, List<Renamed> renamed) {
  /** The library under its own name. */
  public static final Relocation NONE = new Relocation("", List.of());

  public Relocation {
    renamed = List.copyOf(renamed);
  }

  /**
   * Packages that begin alike.
   *
   * @param from how the class names of the library begin, with slashes: {@code io/netty/}
   * @param to how those of the copy do
   */
  public record Renamed(String from, String to) {}

  boolean isNone() {
    return renamed.isEmpty();
  }

  /** Whether an adapter's class, by its name with dots, is the copy's own. */
  boolean owns(String adapter) {
    return adapter.startsWith(adapters);
  }

  String map(String internalName) {
    for (Renamed each : renamed) {
      if (internalName.startsWith(each.from)) {
        return each.to + internalName.substring(each.from.length());
      }
    }
    return internalName;
  }

  /** For a call site's constants. */
  String encode() {
    StringBuilder text = new StringBuilder(adapters);
    for (Renamed each : renamed) {
      text.append(' ').append(each.from).append(' ').append(each.to);
    }
    return text.toString();
  }

  static Relocation decode(String text) {
    String[] parts = text.split(" ", -1);
    List<Renamed> renamed = new ArrayList<>(parts.length / 2);
    for (int i = 1; i < parts.length; i += 2) {
      renamed.add(new Renamed(parts[i], parts[i + 1]));
    }
    return new Relocation(parts[0], renamed);
  }
}
