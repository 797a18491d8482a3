package io.weft.core.health;

import java.util.Set;

/** How an endpoint is asked. */
public sealed interface Probe {

  /**
   * A GET over HTTP/1.1.
   *
   * @param expected statuses of an endpoint that is well; empty for any 2xx
   */
  record Http(String path, String host, Set<Integer> expected) implements Probe {
    boolean takes(int status) {
      return expected.isEmpty() ? status / 100 == 2 : expected.contains(status);
    }
  }

  /**
   * A call of gRPC's health checking protocol, {@code grpc.health.v1.Health/Check}.
   *
   * @param service that is asked about; empty for the server as a whole
   * @param host the authority of the call
   */
  record Grpc(String service, String host) implements Probe {}

  /** A connection, with its TLS. */
  record Tcp() implements Probe {}
}
