package io.weft.core.route;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The query of a request's target. */
final class Query {
  private Query() {}

  /** Where the path of a target ends. */
  static int pathEnd(String target) {
    int question = target.indexOf('?');
    return question < 0 ? target.length() : question;
  }

  /** The first value of a parameter, decoded; null if there is none. */
  static @Nullable String first(String target, String name) {
    int start = pathEnd(target) + 1;
    while (start < target.length()) {
      int end = target.indexOf('&', start);
      end = end < 0 ? target.length() : end;
      int equals = target.indexOf('=', start);
      int nameEnd = equals < 0 || equals > end ? end : equals;
      if (decode(target.substring(start, nameEnd)).equals(name)) {
        return nameEnd == end ? "" : decode(target.substring(nameEnd + 1, end));
      }
      start = end + 1;
    }
    return null;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // Not our place to refuse it: taken as it stands.
      return text;
    }
  }
}
