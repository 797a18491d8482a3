package io.weft.instrumentation.httpserver;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import net.bytebuddy.asm.Advice;

/** The server has accepted a connection, and waits for its first byte from now on. */
public final class AcceptAdvice {
  private AcceptAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  public static void exit(
      @Advice.FieldValue("selectionKey") SelectionKey key,
      @Advice.Argument(0) SocketChannel channel) {
    Connections.accepted(channel, key);
  }
}
