package io.weft.instrumentation.httpclient;

import io.weft.core.endpoint.Endpoint;
import io.weft.core.identity.ClientTls;
import io.weft.core.inbound.IpRange;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * The address of an endpoint, which knows by what name its caller means it. To the client's pool of
 * HTTP/1.1 it is the endpoint's address and nothing else, and {@link PooledConnectionAdvice} sees
 * to the rest; that of HTTP/2 goes by its host string, which is another for each state of the
 * mesh's TLS, so that a connection made with a former identity or trust gets no new streams, and
 * for each host outside the mesh.
 */
final class AimedAddress extends InetSocketAddress {
  private static final long serialVersionUID = 1L;

  private final String endpoint;
  private final String host;

  @SuppressWarnings("serial") // Never written: the client keeps addresses in its pools alone.
  private final @Nullable ClientTls tls;

  private AimedAddress(Endpoint endpoint, String host) {
    super(endpoint.address(), endpoint.port());
    this.endpoint = endpoint.address();
    this.host = host;
    this.tls = null;
  }

  private AimedAddress(Endpoint endpoint, InetAddress named, String host, @Nullable ClientTls tls) {
    super(named, endpoint.port());
    this.endpoint = endpoint.address();
    this.host = host;
    this.tls = tls;
  }

  /**
   * Looks up the endpoint's name, if it is one.
   *
   * @param tls to speak there in the application's place; null for plaintext or the application's
   *     own
   */
  static InetSocketAddress of(Endpoint endpoint, String host, @Nullable ClientTls tls) {
    if (endpoint.load().kept() instanceof AimedAddress known && known.isOf(endpoint, host, tls)) {
      return known;
    }
    InetSocketAddress made = make(endpoint, host, tls);
    // What a name stands for may change.
    if (made instanceof AimedAddress aimed && IpRange.literal(endpoint.address()).length > 0) {
      endpoint.load().keep(aimed);
    }
    return made;
  }

  private static InetSocketAddress make(Endpoint endpoint, String host, @Nullable ClientTls tls) {
    boolean external = endpoint.external() != null;
    if (tls == null && !external) {
      return new AimedAddress(endpoint, host);
    }
    try {
      InetAddress address = InetAddress.getByName(endpoint.address());
      // Several hosts outside the mesh may be at one address, with certificates of their own.
      InetAddress named =
          InetAddress.getByAddress(
              address.getHostAddress()
                  + "#"
                  + (external ? host : "")
                  + (tls == null ? "" : tls.epoch()),
              address.getAddress());
      return new AimedAddress(endpoint, named, host, tls);
    } catch (UnknownHostException e) {
      return createUnresolved(endpoint.address(), endpoint.port());
    }
  }

  @SuppressWarnings("ReferenceEquality") // Of one identity and trust there is one.
  private boolean isOf(Endpoint to, String meant, @Nullable ClientTls with) {
    return tls == with
        && getPort() == to.port()
        && endpoint.equals(to.address())
        && host.equals(meant);
  }

  @Nullable ClientTls tls() {
    return tls;
  }

  /** Whether it was made for a TLS of the mesh that is not that of now. */
  boolean isOutdated() {
    return tls != null && tls.isOutdated();
  }

  /** Whether connections to another address are of no use here, though it is the same. */
  boolean isAnother(AimedAddress other) {
    return !getHostString().equals(other.getHostString());
  }

  /** What a certificate has to be for. */
  InetSocketAddress named() {
    return createUnresolved(host, getPort());
  }
}
