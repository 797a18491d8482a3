package io.weft.instrumentation.grpc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a channel's target names: {@code stock}, {@code stock:50051}, {@code dns:stock}, {@code
 * dns:///stock:50051}, {@code [fd00::6]:50051}.
 *
 * @param host an IPv6 literal without brackets
 * @param port 0 where none is named
 */
record Target(String host, int port) {
  private static final Target ELSEWHERE = new Target("", 0);

  private static final String SCHEME = "dns:";
  private static final int MOST_KNOWN = 1_000;
  private static final Map<String, Target> KNOWN = new ConcurrentHashMap<>();

  /** Reads it once for each text. */
  static Target parse(String text) {
    Target known = KNOWN.get(text);
    if (known == null) {
      known = read(text);
      if (KNOWN.size() < MOST_KNOWN) {
        KNOWN.put(text, known);
      }
    }
    return known;
  }

  /** No name for DNS, or one that a DNS server of the application's choice is asked for. */
  boolean isElsewhere() {
    return host.isEmpty();
  }

  private static Target read(String text) {
    String rest = text;
    if (rest.startsWith(SCHEME)) {
      rest = rest.substring(SCHEME.length());
      if (rest.startsWith("///")) {
        rest = rest.substring("///".length());
      }
    }
    int colon = rest.lastIndexOf(':') > rest.lastIndexOf(']') ? rest.lastIndexOf(':') : -1;
    String host = colon < 0 ? rest : rest.substring(0, colon);
    boolean literal = host.startsWith("[") && host.endsWith("]");
    if (literal) {
      host = host.substring(1, host.length() - 1);
    }
    // A slash is a server's name or another scheme's; a second colon another scheme.
    if (host.isEmpty() || host.indexOf('/') >= 0 || (!literal && host.indexOf(':') >= 0)) {
      return ELSEWHERE;
    }
    try {
      return new Target(host, colon < 0 ? 0 : Integer.parseInt(rest.substring(colon + 1)));
    } catch (NumberFormatException e) {
      return ELSEWHERE;
    }
  }
}
