package io.weft.instrumentation.grpc.netty;

import io.grpc.netty.InternalGracefulServerCloseCommand;
import io.netty.channel.Channel;
import io.weft.core.identity.Peer;
import io.weft.instrumentation.grpc.ServedConnection;
import java.util.concurrent.atomic.AtomicBoolean;

/** A connection with the mesh's TLS. */
final class SecuredConnection implements ServedConnection {
  private final Channel channel;
  private final Peer peer;
  private final AtomicBoolean drained = new AtomicBoolean();

  SecuredConnection(Channel channel, Peer peer) {
    this.channel = channel;
    this.peer = peer;
  }

  @Override
  public Peer peer() {
    return peer;
  }

  @Override
  public void drain() {
    if (drained.compareAndSet(false, true)) {
      var unused =
          channel.writeAndFlush(InternalGracefulServerCloseCommand.create("another_identity"));
    }
  }
}
