package io.weft.core.config;

import java.util.Map;

/**
 * All that is in force, as of one push. Immutable: its maps are changed by nobody.
 *
 * @param hosts by lower-case host name
 * @param addresses instances by IP literal
 * @param services of which it was made
 * @param outside all other hosts
 */
record Snapshot(
    Map<String, Host> hosts,
    Map<String, Host> addresses,
    ConfigCompiler services,
    Outside outside) {

  /** Costs one lookup, two for an IP literal; allocates nothing for a name in lower case. */
  Destination destination(String host, int port, boolean grpc) {
    Host found = hosts.get(host);
    if (found == null && isLiteral(host)) {
      found = addresses.get(host);
    }
    if (found == null && hasUpperCase(host)) {
      found = hosts.get(lowerCase(host));
    }
    Destination known = found == null ? Destination.OUTSIDE : found.port(port, grpc);
    return known == Destination.OUTSIDE ? outside.destination(host, port, grpc) : known;
  }

  /** The same place as of now; outside if it is gone. */
  Destination refresh(Destination destination) {
    Host host = services.host(destination.service());
    return host == null ? Destination.OUTSIDE : host.port(destination.port(), false);
  }

  /** Whether it can only be an address: a host name has no colon and does not end in a digit. */
  static boolean isLiteral(String host) {
    int last = host.length() - 1;
    return last >= 0
        && ((host.charAt(last) >= '0' && host.charAt(last) <= '9' && host.charAt(0) <= '9')
            || host.indexOf(':') >= 0);
  }

  /** Host names are ASCII, and their case means nothing (RFC 9110, 4.2.3). */
  static String lowerCase(String host) {
    char[] chars = host.toCharArray();
    for (int i = 0; i < chars.length; i++) {
      if (chars[i] >= 'A' && chars[i] <= 'Z') {
        chars[i] = (char) (chars[i] + ('a' - 'A'));
      }
    }
    return new String(chars);
  }

  private static boolean hasUpperCase(String host) {
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        return true;
      }
    }
    return false;
  }
}
