package io.weft.instrumentation.grpc.netty;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.util.AsciiString;
import io.weft.core.identity.ClientTls;
import io.weft.instrumentation.grpc.Security;

/** Of a client's connection with TLS that the mesh makes. */
final class MeshNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
  private static final AsciiString HTTPS = AsciiString.cached("https");

  private final ClientTls tls;

  MeshNegotiator(ClientTls tls) {
    this.tls = tls;
  }

  /** What makes a connection's security, in place of what the channel would make. */
  static Object inPlaceOf(Object given, Security security) {
    ClientTls tls = security.tls();
    if (tls != null && !tls.isMutual() && Negotiators.isTls(given)) {
      // TLS outside the mesh is made for those who make none.
      return given;
    }
    if (tls != null) {
      return new MeshNegotiator(tls);
    }
    return Negotiators.isTls(given) ? InternalProtocolNegotiators.plaintext() : given;
  }

  @Override
  public AsciiString scheme() {
    return HTTPS;
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler http2) {
    return InternalProtocolNegotiators.waitUntilActiveHandler(
        ClientHandshake.with(tls, InternalProtocolNegotiators.grpcNegotiationHandler(http2)),
        http2.getNegotiationLogger());
  }

  @Override
  public void close() {
    // There is nothing to release.
  }
}
