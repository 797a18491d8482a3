package io.weft.core.config;

/** What a host name leads to, port by port. Immutable. */
final class Host {
  private final Destination primary;
  private final Destination[] ports;

  /**
   * @param primary where a URL without a port leads
   * @param ports every declared port
   */
  Host(Destination primary, Destination... ports) {
    this.primary = primary;
    this.ports = ports;
  }

  Destination port(int number) {
    if (number <= 0) {
      return primary;
    }
    for (Destination port : ports) {
      if (port.port() == number) {
        return port;
      }
    }
    return Destination.OUTSIDE;
  }
}
