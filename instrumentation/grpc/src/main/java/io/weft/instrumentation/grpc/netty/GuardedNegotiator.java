package io.weft.instrumentation.grpc.netty;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.util.AsciiString;

/** Of a server that takes plaintext, or the mesh's TLS on the same port. */
final class GuardedNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
  static final GuardedNegotiator INSTANCE = new GuardedNegotiator();

  private static final AsciiString HTTP = AsciiString.cached("http");

  private GuardedNegotiator() {}

  @Override
  public AsciiString scheme() {
    return HTTP;
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler http2) {
    return InternalProtocolNegotiators.waitUntilActiveHandler(
        new FirstByte(InternalProtocolNegotiators.grpcNegotiationHandler(http2)),
        http2.getNegotiationLogger());
  }

  @Override
  public void close() {
    // There is nothing to release.
  }
}
