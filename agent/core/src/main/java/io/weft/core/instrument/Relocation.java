package io.weft.core.instrument;

/**
 * A library's copy under another name.
 *
 * @param from how the class names of the library begin, with slashes: {@code io/netty/}
 * @param to how those of the copy do
 */
public record Relocation(String from, String to) {
  /** The library under its own name. */
  public static final Relocation NONE = new Relocation("", "");

  boolean isNone() {
    return from.isEmpty();
  }

  String map(String internalName) {
    return !isNone() && internalName.startsWith(from)
        ? to + internalName.substring(from.length())
        : internalName;
  }

  /** For a call site's constants. */
  String encode() {
    return from + "=" + to;
  }

  static Relocation decode(String text) {
    int equals = text.indexOf('=');
    return new Relocation(text.substring(0, equals), text.substring(equals + 1));
  }
}
