package io.weft.core.inbound;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The one form of a path that policies are written against, whatever the server behind makes of it:
 * percent-encoding undone, slashes merged, {@code ;parameters} dropped. Case stays. Source: RFC
 * 3986, 6.2.2; and for what is ambiguous, the tricks that got past proxies.
 *
 * <p>Dots are not resolved: the server behind sees the path as it came, and some (the JDK's) choose
 * the handler of {@code /vault/../open} by its beginning.
 */
final class NormalPath {
  private static final int LONGEST = 16_384;

  private NormalPath() {}

  /**
   * Normalises the path of a request.
   *
   * @param target as it came: path with or without query, or an absolute URL
   * @return null where servers could disagree on it: {@code .} and {@code ..} for segments, an
   *     encoded slash, backslash, percent sign or NUL, a backslash, a fragment, control characters,
   *     characters beyond ASCII that are not encoded, encoding that is none
   */
  static @Nullable String of(String target) {
    String path = path(target);
    if (path == null || path.length() > LONGEST) {
      return null;
    }
    return isNormal(path) ? path : resolved(path);
  }

  private static @Nullable String path(String target) {
    int end = target.length();
    int query = target.indexOf('?');
    if (query >= 0) {
      end = query;
    }
    if (target.startsWith("/")) {
      return end == target.length() ? target : target.substring(0, end);
    }
    if (target.equals("*")) {
      return target;
    }
    int scheme = target.indexOf("://");
    if (scheme < 0 || scheme > end) {
      return null;
    }
    int slash = target.indexOf('/', scheme + 3);
    return slash < 0 || slash > end ? "/" : target.substring(slash, end);
  }

  /** Most paths are as they should be, and cost nothing. */
  private static boolean isNormal(String path) {
    char before = 0;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '%' || c == ';' || c == '\\' || c == '#' || c <= ' ' || c >= 0x7f) {
        return false;
      }
      if (before == '/' && (c == '/' || c == '.')) {
        return false;
      }
      before = c;
    }
    return true;
  }

  private static @Nullable String resolved(String path) {
    String decoded = decoded(path);
    if (decoded == null) {
      return null;
    }
    StringBuilder result = new StringBuilder(decoded.length());
    String[] segments = decoded.split("/", -1);
    for (int i = 1; i < segments.length; i++) {
      String segment = segments[i];
      if (segment.equals(".") || segment.equals("..")) {
        return null;
      }
      boolean last = i == segments.length - 1;
      if (!segment.isEmpty() || last) {
        result.append('/').append(segment);
      }
    }
    return result.toString();
  }

  private static @Nullable String decoded(String path) {
    ByteBuffer bytes = ByteBuffer.allocate(path.length());
    boolean parameter = false;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '\\' || c == '#' || c < ' ' || c >= 0x7f) {
        return null;
      }
      int value = c;
      if (c == '%') {
        int high = i + 2 < path.length() ? digit(path.charAt(i + 1)) : -1;
        int low = high < 0 ? -1 : digit(path.charAt(i + 2));
        if (low < 0) {
          return null;
        }
        value = high * 16 + low;
        i += 2;
        // What would be a path's own if it were not encoded.
        if (value == '/' || value == '\\' || value < ' ' || value == 0x7f || value == '%') {
          return null;
        }
      } else if (c == '/') {
        parameter = false;
      } else if (c == ';') {
        parameter = true;
      }
      if (!parameter) {
        bytes.put((byte) value);
      }
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  // Of ASCII alone, and not of all scripts that have digits.
  private static int digit(char c) {
    return HexFormat.isHexDigit(c) ? HexFormat.fromHexDigit(c) : -1;
  }
}
