package io.weft.instrumentation.grpc.netty;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.InternalChannelz;
import io.grpc.SecurityLevel;
import io.grpc.internal.GrpcAttributes;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/** Waits for the end of the mesh's handshake, and has HTTP/2 begin behind it. */
abstract class Handshake extends ChannelInboundHandlerAdapter {
  /** The protocol by its name in ALPN. */
  static final String HTTP_2 = "h2";

  private final SslHandler tls;
  private final ChannelHandler next;

  /**
   * @param next begins HTTP/2
   */
  Handshake(SslHandler tls, ChannelHandler next) {
    this.tls = tls;
    this.next = next;
  }

  /** Closes a connection at once. */
  static void close(ChannelHandlerContext context) {
    var unused = context.close();
  }

  final SslHandler tls() {
    return tls;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      // Not every session the library is asked for is that of the handshake; this one is.
      SSLSession session = tls.engine().getSession();
      if (!handshake.isSuccess()) {
        failed(context, handshake.cause());
      } else if (!HTTP_2.equals(tls.engine().getApplicationProtocol())) {
        failed(context, new SSLException("the other side does not speak HTTP/2"));
      } else {
        succeeded(context, session);
      }
    } else {
      super.userEventTriggered(context, event);
    }
  }

  /** The other side is who it should be. */
  abstract void succeeded(ChannelHandlerContext context, SSLSession session);

  /** There was no handshake; the handler that makes TLS has closed the connection, or will. */
  abstract void failed(ChannelHandlerContext context, Throwable why);

  /** Begins HTTP/2 with what is known of the connection. */
  final void proceed(
      ChannelHandlerContext context,
      ProtocolNegotiationEvent sofar,
      SSLSession session,
      Attributes further) {
    Attributes known =
        InternalProtocolNegotiationEvent.getAttributes(sofar).toBuilder()
            .setAll(further)
            .set(GrpcAttributes.ATTR_SECURITY_LEVEL, SecurityLevel.PRIVACY_AND_INTEGRITY)
            .set(Grpc.TRANSPORT_ATTR_SSL_SESSION, session)
            .build();
    context.pipeline().replace(this, null, next);
    context.fireUserEventTriggered(
        InternalProtocolNegotiationEvent.withSecurity(
            InternalProtocolNegotiationEvent.withAttributes(sofar, known),
            new InternalChannelz.Security(new InternalChannelz.Tls(session))));
  }
}
