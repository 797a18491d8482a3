package io.weft.core.route;

/** Reads a Cookie header (RFC 6265, section 5.4). */
final class Cookies {
  private Cookies() {}

  /** The value of the first cookie of that name; empty if there is none. */
  static String value(String header, String name) {
    int begin = 0;
    while (begin < header.length()) {
      int semicolon = header.indexOf(';', begin);
      int end = semicolon < 0 ? header.length() : semicolon;
      while (begin < end && header.charAt(begin) == ' ') {
        begin++;
      }
      int equals = begin + name.length();
      if (equals < end && header.charAt(equals) == '=' && header.startsWith(name, begin)) {
        return header.substring(equals + 1, end).strip();
      }
      begin = end + 1;
    }
    return "";
  }
}
