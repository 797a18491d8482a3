package io.weft.instrumentation.httpclient;

import io.weft.core.endpoint.Endpoint;
import java.net.InetSocketAddress;

/**
 * The address of an endpoint, which knows by what name its caller means it. To the client's pools
 * it is the endpoint's address and nothing else.
 */
final class AimedAddress extends InetSocketAddress {
  private static final long serialVersionUID = 1L;

  private final String host;

  AimedAddress(Endpoint endpoint, String host) {
    super(endpoint.address(), endpoint.port());
    this.host = host;
  }

  /** What a certificate has to be for. */
  InetSocketAddress named() {
    return createUnresolved(host, getPort());
  }
}
