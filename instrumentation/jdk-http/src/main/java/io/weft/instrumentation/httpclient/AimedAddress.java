package io.weft.instrumentation.httpclient;

import io.weft.core.endpoint.Endpoint;
import io.weft.core.identity.ClientTls;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The address of an endpoint, which knows by what name its caller means it. To the client's pools
 * it is the endpoint's address and nothing else.
 */
final class AimedAddress extends InetSocketAddress {
  private static final long serialVersionUID = 1L;

  private final String host;

  @SuppressWarnings("serial") // Never written: the client keeps addresses in its pools alone.
  private final @Nullable ClientTls tls;

  /**
   * @param tls that of the mesh to speak there; null for plaintext or the application's own
   */
  AimedAddress(Endpoint endpoint, String host, @Nullable ClientTls tls) {
    super(endpoint.address(), endpoint.port());
    this.host = host;
    this.tls = tls;
  }

  @Nullable ClientTls tls() {
    return tls;
  }

  /** What a certificate has to be for. */
  InetSocketAddress named() {
    return createUnresolved(host, getPort());
  }
}
