package io.weft.core.registry;

/** What the literal of a local address stands for; no name is ever looked up. */
final class BoundAddress {

  private BoundAddress() {}

  /** All addresses of the machine, or an address not known. */
  static boolean isWildcard(String literal) {
    return withoutZone(literal).chars().allMatch(c -> c == '0' || c == '.' || c == ':');
  }

  static boolean isLoopback(String literal) {
    String address = withoutZone(literal);
    return address.startsWith("127.") || address.equals("::1") || address.equals("0:0:0:0:0:0:0:1");
  }

  // RFC 4007, 11: some libraries tell of one where it means nothing, as in 0:0:0:0:0:0:0:0%0.
  private static String withoutZone(String literal) {
    int zone = literal.indexOf('%');
    return zone < 0 ? literal : literal.substring(0, zone);
  }
}
