package io.weft.core.explain;

/**
 * What is called, as a URL names it.
 *
 * @param host an IPv6 literal without brackets
 * @param port 0 where none is named
 */
record Authority(String host, int port) {

  static Authority of(String text) {
    int colon = text.lastIndexOf(':');
    boolean hasPort =
        colon > text.lastIndexOf(']') && text.substring(colon + 1).matches("\\d{1,5}");
    String host = hasPort ? text.substring(0, colon) : text;
    return new Authority(
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host,
        hasPort ? Integer.parseInt(text.substring(colon + 1)) : 0);
  }
}
