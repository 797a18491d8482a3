package io.weft.instrumentation.grpc.netty;

import io.grpc.Attributes;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.weft.core.identity.MeshTls;
import io.weft.core.identity.Peer;
import io.weft.instrumentation.grpc.ServedConnection;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/** The server's side of a handshake. Of one that fails, the application hears nothing. */
final class ServedHandshake extends Handshake {
  private final ProtocolNegotiationEvent sofar;

  ServedHandshake(SslHandler tls, ChannelHandler next, ProtocolNegotiationEvent sofar) {
    super(tls, next);
    this.sofar = sofar;
  }

  @Override
  void succeeded(ChannelHandlerContext context, SSLSession session) {
    Peer peer = MeshTls.current().peer(session);
    if (!peer.proven()) {
      failed(context, new SSLException("it has not proven who it is"));
      return;
    }
    watchOver(context.channel(), peer);
    proceed(
        context,
        sofar,
        session,
        Attributes.newBuilder()
            .set(ServedConnection.KEY, new SecuredConnection(context.channel(), peer))
            .build());
  }

  // Closed from below HTTP/2, which would wait for the end of its streams.
  private static void watchOver(Channel channel, Peer peer) {
    MeshTls.Watch watch =
        MeshTls.current()
            .watch(
                peer,
                () -> {
                  var unused = channel.pipeline().firstContext().close();
                });
    var unused = channel.closeFuture().addListener(closed -> watch.over());
  }

  @Override
  void failed(ChannelHandlerContext context, Throwable why) {
    Door.of(context).refused(why);
    close(context);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable why) {
    close(context);
  }
}
