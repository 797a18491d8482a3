package io.weft.core.settings;

/** An address of control: a host name or literal, and a port. */
public record HostPort(String host, int port) {

  /** Whether it names this very machine; no name is looked up. */
  public boolean isLoopback() {
    return host.equals("localhost") || host.equals("::1") || host.startsWith("127.");
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  /**
   * Reads {@code host:port}, {@code [v6]:port} or {@code host} alone.
   *
   * @throws IllegalArgumentException if it is neither; the message says what is wrong
   */
  public static HostPort parse(String text, int defaultPort) {
    int colon = text.lastIndexOf(':');
    boolean bracketed = text.startsWith("[") && text.indexOf(']') > 0;
    if (colon < 0 || (bracketed && text.endsWith("]"))) {
      return new HostPort(host(text, text), defaultPort);
    }
    String number = text.substring(colon + 1);
    int port;
    try {
      port = Integer.parseInt(number);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + number + "\" is no port number", e);
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + " is not within 1 to 65535");
    }
    return new HostPort(host(text.substring(0, colon), text), port);
  }

  private static String host(String host, String text) {
    String bare =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    if (bare.isEmpty() || bare.indexOf('/') >= 0 || bare.indexOf(' ') >= 0) {
      throw new IllegalArgumentException("\"" + text + "\" is not host:port");
    }
    return bare;
  }
}
