package io.weft.core.inbound;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a proven token says. Immutable. */
final class Claims {
  /** Of no token. */
  static final Claims NONE = new Claims(Map.of());

  private final Map<String, ?> byName;

  Claims(Map<String, ?> byName) {
    this.byName = byName;
  }

  /**
   * Whether a claim meets patterns: its text, or any element of its list, or any word of {@code
   * scope} (RFC 8693, section 4.2).
   *
   * @param name of a claim; where there is none of that whole name, dots lead into nested ones
   */
  boolean meet(String name, Patterns patterns) {
    return meet(find(byName, name), name.equals("scope"), patterns);
  }

  private static boolean meet(@Nullable Object value, boolean words, Patterns patterns) {
    if (value instanceof List<?> list) {
      for (Object each : list) {
        if (isText(each) && patterns.meet(String.valueOf(each))) {
          return true;
        }
      }
      return false;
    }
    if (!isText(value)) {
      return false;
    }
    String text = String.valueOf(value);
    if (patterns.meet(text)) {
      return true;
    }
    if (words) {
      for (String word : text.split(" ", 0)) {
        if (patterns.meet(word)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isText(@Nullable Object value) {
    return value instanceof String || value instanceof Number || value instanceof Boolean;
  }

  private static @Nullable Object find(Map<?, ?> among, String name) {
    Object whole = among.get(name);
    if (whole != null) {
      return whole;
    }
    int dot = name.indexOf('.');
    return dot > 0 && among.get(name.substring(0, dot)) instanceof Map<?, ?> nested
        ? find(nested, name.substring(dot + 1))
        : null;
  }
}
