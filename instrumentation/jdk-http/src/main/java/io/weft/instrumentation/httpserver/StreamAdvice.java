package io.weft.instrumentation.httpserver;

import java.nio.channels.SocketChannel;
import net.bytebuddy.asm.Advice;

/** A connection's streams are made: they read and write by way of the mesh. */
public final class StreamAdvice {
  private StreamAdvice() {}

  // Nothing is suppressed: without it the mesh's TLS would be taken for a broken request.
  @Advice.OnMethodEnter(inline = false)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(1))
  public static SocketChannel enter(@Advice.Argument(1) SocketChannel channel) {
    return Connections.sniffed(channel);
  }
}
