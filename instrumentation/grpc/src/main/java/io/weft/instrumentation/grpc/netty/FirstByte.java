package io.weft.instrumentation.grpc.netty;

import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.weft.core.identity.MeshTls;
import io.weft.core.inbound.InboundGate;
import io.weft.core.log.Log;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Waits for what the caller speaks. Nothing is written before: a server of HTTP/2 would begin with
 * its settings, in plaintext.
 */
final class FirstByte extends ByteToMessageDecoder {
  private final ChannelHandler next;
  private @Nullable ProtocolNegotiationEvent negotiated;
  private @Nullable Future<?> patience;
  private boolean held;

  /**
   * @param next begins HTTP/2
   */
  FirstByte(ChannelHandler next) {
    this.next = next;
  }

  // A connection that may stay plaintext may be silent for as long as the application lets it.
  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    patience =
        context
            .executor()
            .schedule(
                () -> {
                  if (!admitsPlaintext(context)) {
                    Handshake.close(context);
                  }
                },
                MeshTls.HANDSHAKE_MILLIS,
                TimeUnit.MILLISECONDS);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext context) {
    if (patience != null) {
      patience.cancel(false);
    }
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
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (negotiated == null) {
      throw new IllegalStateException("bytes before the connection was there");
    }
    if (!InboundGate.current().isSettled()) {
      hold(context);
      return;
    }
    boolean goesOn;
    try {
      goesOn =
          in.getByte(in.readerIndex()) == MeshTls.FIRST_BYTE
              ? secure(context, negotiated)
              : admit(context, negotiated);
    } catch (RuntimeException | LinkageError e) {
      Log.warnOnce("a connection is closed, as the mesh's part in it fails: " + e);
      goesOn = false;
    }
    if (!goesOn) {
      in.skipBytes(in.readableBytes());
      Handshake.close(context);
    }
  }

  // What has come is kept, and no more is read, until it is known what may come in.
  private void hold(ChannelHandlerContext context) {
    if (held) {
      return;
    }
    held = true;
    context.channel().config().setAutoRead(false);
    InboundGate.current().whenSettled(() -> context.executor().execute(() -> release(context)));
  }

  private void release(ChannelHandlerContext context) {
    if (context.isRemoved()) {
      return;
    }
    context.channel().config().setAutoRead(true);
    try {
      // Has what is kept looked at again.
      channelRead(context, Unpooled.EMPTY_BUFFER);
    } catch (Exception e) {
      Log.warnOnce("a connection is closed, as the mesh's part in it fails: " + e);
      Handshake.close(context);
    }
  }

  private boolean secure(ChannelHandlerContext context, ProtocolNegotiationEvent sofar) {
    SslHandler tls;
    try {
      tls = new SslHandler(MeshTls.current().serverEngine(Handshake.HTTP_2));
    } catch (SSLException e) {
      // Which has been said.
      return false;
    }
    context.pipeline().addAfter(context.name(), null, new ServedHandshake(tls, next, sofar));
    context.pipeline().addAfter(context.name(), null, tls);
    // What has come goes to the handler that is next now.
    context.pipeline().remove(this);
    return true;
  }

  private boolean admit(ChannelHandlerContext context, ProtocolNegotiationEvent sofar) {
    if (!admitsPlaintext(context)) {
      return false;
    }
    context.pipeline().addAfter(context.name(), null, next);
    context.fireUserEventTriggered(sofar);
    context.pipeline().remove(this);
    return true;
  }

  private static boolean admitsPlaintext(ChannelHandlerContext context) {
    SocketAddress local = context.channel().localAddress();
    SocketAddress remote = context.channel().remoteAddress();
    // On a socket of another kind, such as one in the file system, there are no strangers.
    return !(local instanceof InetSocketAddress at)
        || InboundGate.current()
            .admitsPlaintext(
                at.getPort(),
                remote instanceof InetSocketAddress from && from.getAddress() != null
                    ? from.getAddress().getHostAddress()
                    : "");
  }
}
