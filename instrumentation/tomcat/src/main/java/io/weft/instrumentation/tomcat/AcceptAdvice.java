package io.weft.instrumentation.tomcat;

import net.bytebuddy.asm.Advice;
import org.apache.tomcat.util.collections.SynchronizedStack;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.jspecify.annotations.Nullable;

/** A connection was accepted: the channel that Tomcat takes from its stack for it is the mesh's. */
public final class AcceptAdvice {
  private AcceptAdvice() {}

  @Advice.OnMethodEnter(inline = false)
  @Advice.AssignReturned.ToFields(@Advice.AssignReturned.ToFields.ToField("nioChannels"))
  public static @Nullable SynchronizedStack<NioChannel> enter(
      @Advice.This NioEndpoint endpoint,
      @Advice.FieldValue("nioChannels") @Nullable SynchronizedStack<NioChannel> channels) {
    if (endpoint.isSSLEnabled()) {
      return channels;
    }
    SynchronizedStack<NioChannel> stack = channels == null ? new SynchronizedStack<>() : channels;
    NioChannel next = stack.pop();
    stack.push(next instanceof MeshChannel ? next : MeshChannel.of(endpoint));
    return stack;
  }
}
