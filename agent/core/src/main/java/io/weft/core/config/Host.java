package io.weft.core.config;

/** What a host name or address leads to, port by port. Immutable. */
final class Host {
  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  private final Destination primary;
  private final Destination primaryGrpc;
  private final Destination[] ports;
  private final boolean exact;

  /**
   * @param primary where a URL without a port leads
   * @param primaryGrpc where a gRPC target without a port leads
   * @param ports every declared port
   */
  Host(Destination primary, Destination primaryGrpc, Destination... ports) {
    this(primary, primaryGrpc, false, ports);
  }

  private Host(Destination primary, Destination primaryGrpc, boolean exact, Destination... ports) {
    this.exact = exact;
    this.primary = primary;
    this.primaryGrpc = primaryGrpc;
    this.ports = ports;
  }

  /** A host outside the mesh, of which these ports are known and no others. */
  static Host outside(Destination primaryGrpc, Destination... ports) {
    Destination http = Destination.OUTSIDE;
    for (Destination port : ports) {
      http = port.port() == HTTP ? port : http;
    }
    return new Host(http, primaryGrpc, true, ports);
  }

  /** Every declared port. */
  Destination[] ports() {
    return ports;
  }

  /** Where a gRPC target without a port leads. */
  Destination primaryGrpc() {
    return primaryGrpc;
  }

  /**
   * Where a port leads. A scheme's default port that is not declared counts as none named: {@code
   * http://orders} and {@code http://orders:80} are the same to every client.
   */
  Destination port(int number, boolean grpc) {
    for (Destination port : ports) {
      if (port.port() == number) {
        return port;
      }
    }
    if (number > 0 && (exact || (number != HTTP && number != HTTPS))) {
      return Destination.OUTSIDE;
    }
    return grpc ? primaryGrpc : primary;
  }
}
