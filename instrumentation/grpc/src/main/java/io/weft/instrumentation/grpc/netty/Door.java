package io.weft.instrumentation.grpc.netty;

import io.netty.channel.ChannelHandlerContext;
import io.weft.core.inbound.InboundGate;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * By which port somebody comes, and from where.
 *
 * @param local null on a socket of another kind, such as one in the file system: there are no
 *     strangers
 */
record Door(@Nullable InetSocketAddress local, String peerAddress) {

  static Door of(ChannelHandlerContext context) {
    SocketAddress remote = context.channel().remoteAddress();
    return new Door(
        context.channel().localAddress() instanceof InetSocketAddress local ? local : null,
        remote instanceof InetSocketAddress from && from.getAddress() != null
            ? from.getAddress().getHostAddress()
            : "");
  }

  boolean admitsPlaintext() {
    return local == null || InboundGate.current().admitsPlaintext(local.getPort(), peerAddress);
  }

  boolean demandsTls() {
    return local != null && InboundGate.current().demandsTls(local.getPort(), peerAddress);
  }

  /** A handshake has failed. */
  void refused(Throwable why) {
    if (local != null) {
      InboundGate.current().refusedHandshake(local.getPort(), peerAddress, why);
    }
  }
}
