package io.weft.core.config;

import java.util.Map;

/**
 * All that is in force, as of one push. Immutable.
 *
 * @param hosts by lower-case host name or IP literal
 * @param services by service, then port
 */
record Snapshot(Map<String, Host> hosts, Map<ServiceKey, Host> services) {
  static final Snapshot EMPTY = new Snapshot(Map.of(), Map.of());

  /** Costs one lookup; allocates nothing for a name in lower case. */
  Destination destination(String host, int port) {
    Host found = hosts.get(lowerCase(host));
    return found == null ? Destination.OUTSIDE : found.port(port);
  }

  private static String lowerCase(String host) {
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        return asciiLowerCase(host);
      }
    }
    return host;
  }

  private static String asciiLowerCase(String host) {
    char[] chars = host.toCharArray();
    for (int i = 0; i < chars.length; i++) {
      if (chars[i] >= 'A' && chars[i] <= 'Z') {
        chars[i] = (char) (chars[i] + ('a' - 'A'));
      }
    }
    return new String(chars);
  }
}
