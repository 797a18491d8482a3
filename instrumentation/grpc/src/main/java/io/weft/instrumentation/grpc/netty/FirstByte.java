package io.weft.instrumentation.grpc.netty;

import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.weft.core.identity.MeshTls;
import io.weft.core.identity.TlsRecord;
import io.weft.core.inbound.InboundGate;
import io.weft.core.log.Log;
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
  private boolean begun;
  private long until;

  /**
   * @param next begins HTTP/2
   */
  FirstByte(ChannelHandler next) {
    this.next = next;
  }

  // A connection that may stay plaintext may be silent for as long as the application lets it.
  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    arm(context);
  }

  private void arm(ChannelHandlerContext context) {
    until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MeshTls.HANDSHAKE_MILLIS);
    patience =
        context
            .executor()
            .schedule(() -> late(context), MeshTls.HANDSHAKE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void late(ChannelHandlerContext context) {
    if (!begun && !Door.of(context).demandsTls()) {
      return;
    }
    Door.of(context)
        .refused(new SSLException("it took longer than " + MeshTls.HANDSHAKE_MILLIS + " ms"));
    Handshake.close(context);
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
              ? listen(context, in, negotiated)
              : admit(context, negotiated);
    } catch (SSLException e) {
      Door.of(context).refused(e);
      goesOn = false;
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

  private boolean listen(ChannelHandlerContext context, ByteBuf in, ProtocolNegotiationEvent sofar)
      throws SSLException {
    if (!begun) {
      begun = true;
      if (patience != null && !Door.of(context).demandsTls()) {
        patience.cancel(false);
        arm(context);
      }
    }
    return !isWhole(in) || secure(context, sofar);
  }

  // Who has not sent a whole record is worth no engine.
  private static boolean isWhole(ByteBuf in) throws SSLException {
    int begin = in.readerIndex();
    return in.readableBytes() >= TlsRecord.HEADER
        && in.readableBytes() >= TlsRecord.length(in.getByte(begin + 3), in.getByte(begin + 4));
  }

  private boolean secure(ChannelHandlerContext context, ProtocolNegotiationEvent sofar)
      throws SSLException {
    SslHandler tls = NativeTls.server(MeshTls.current().serverMaterial());
    if (tls == null) {
      tls = new SslHandler(MeshTls.current().serverEngine(Handshake.HTTP_2));
    }
    tls.setHandshakeTimeout(Math.max(1, until - System.nanoTime()), TimeUnit.NANOSECONDS);
    context.pipeline().addAfter(context.name(), null, new ServedHandshake(tls, next, sofar));
    context.pipeline().addAfter(context.name(), null, tls);
    // What has come goes to the handler that is next now.
    context.pipeline().remove(this);
    return true;
  }

  private boolean admit(ChannelHandlerContext context, ProtocolNegotiationEvent sofar) {
    if (!Door.of(context).admitsPlaintext()) {
      return false;
    }
    context.pipeline().addAfter(context.name(), null, next);
    context.fireUserEventTriggered(sofar);
    context.pipeline().remove(this);
    return true;
  }
}
