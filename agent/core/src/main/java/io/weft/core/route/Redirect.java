package io.weft.core.route;

import io.weft.core.call.OutboundRequest;

/**
 * An answer that sends the caller elsewhere (Gateway API HTTPRequestRedirectFilter).
 *
 * @param scheme empty to keep it
 * @param host empty to keep it
 * @param port 0 for that of the scheme if one is given, else to keep it
 */
public record Redirect(String scheme, String host, int port, PathChange path, int status) {

  /** The Location for a request. */
  public String location(OutboundRequest request, int prefixLength) {
    String authority = request.authority();
    int colon = authority.lastIndexOf(':');
    boolean hasPort = colon > authority.lastIndexOf(']');
    String newScheme = scheme.isEmpty() ? request.scheme() : scheme;
    String newHost = !host.isEmpty() ? host : hasPort ? authority.substring(0, colon) : authority;
    String newPort;
    if (port != 0) {
      newPort = isDefault(newScheme, port) ? "" : ":" + port;
    } else {
      newPort = scheme.isEmpty() && hasPort ? authority.substring(colon) : "";
    }
    return newScheme + "://" + newHost + newPort + path.apply(request.target(), prefixLength);
  }

  private static boolean isDefault(String scheme, int port) {
    return (scheme.equals("http") && port == 80) || (scheme.equals("https") && port == 443);
  }
}
