package io.weft.instrumentation.grpc.netty;

import io.grpc.Status;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.weft.core.identity.ClientTls;
import io.weft.core.identity.MeshTls;
import io.weft.core.identity.TlsMaterial;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a handshake. Who the server must be is for the trust manager of its context:
 * the name that the application calls is no part of it.
 */
final class ClientHandshake extends Handshake {
  // Of a host outside the mesh, by which sessions are kept apart.
  private static final int HTTPS = 443;

  private final String kind;
  private @Nullable ProtocolNegotiationEvent negotiated;

  private ClientHandshake(SslHandler tls, ChannelHandler next, String kind) {
    super(tls, next);
    this.kind = kind;
  }

  static ClientHandshake with(ClientTls tls, ChannelHandler next) {
    TlsMaterial material = tls.material();
    SslHandler handler = material == null ? null : NativeTls.client(material);
    if (handler == null) {
      handler = jdks(tls);
    }
    handler.setHandshakeTimeoutMillis(MeshTls.HANDSHAKE_MILLIS);
    return new ClientHandshake(handler, next, tls.isMutual() ? "mutual TLS" : "TLS");
  }

  private static SslHandler jdks(ClientTls tls) {
    SSLEngine engine =
        tls.isMutual()
            ? tls.context().createSSLEngine()
            : tls.context().createSSLEngine(tls.serverName(), HTTPS);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    tls.prepare(parameters);
    parameters.setApplicationProtocols(new String[] {HTTP_2});
    engine.setSSLParameters(parameters);
    return new SslHandler(engine);
  }

  // The connection is there: its handshake begins at once.
  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context.pipeline().addBefore(context.name(), null, tls());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event instanceof ProtocolNegotiationEvent told) {
      negotiated = told;
    } else {
      super.userEventTriggered(context, event);
    }
  }

  @Override
  void succeeded(ChannelHandlerContext context, SSLSession session) {
    if (negotiated == null) {
      throw new IllegalStateException("a handshake before the connection was there");
    }
    proceed(context, negotiated, session, AnyAuthority.ATTRIBUTES);
  }

  @Override
  void failed(ChannelHandlerContext context, Throwable why) {
    context.fireExceptionCaught(
        Status.UNAVAILABLE
            .withDescription("no " + kind + " with " + context.channel().remoteAddress())
            .withCause(why)
            .asRuntimeException());
  }
}
