package io.weft.core.registry;

/** What the literal of a local address stands for; no name is ever looked up. */
final class BoundAddress {

  private BoundAddress() {}

  /** All addresses of the machine, or an address not known. */
  static boolean isWildcard(String literal) {
    return literal.chars().allMatch(c -> c == '0' || c == '.' || c == ':');
  }

  static boolean isLoopback(String literal) {
    return literal.startsWith("127.") || literal.equals("::1") || literal.equals("0:0:0:0:0:0:0:1");
  }
}
