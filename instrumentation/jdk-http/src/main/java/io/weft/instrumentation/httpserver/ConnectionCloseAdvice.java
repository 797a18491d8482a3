package io.weft.instrumentation.httpserver;

import java.nio.channels.SocketChannel;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** A connection is closed. */
public final class ConnectionCloseAdvice {
  private ConnectionCloseAdvice() {}

  @Advice.OnMethodExit(inline = false, onThrowable = Throwable.class, suppress = Throwable.class)
  public static void exit(@Advice.FieldValue("chan") @Nullable SocketChannel channel) {
    if (channel != null) {
      Connections.closed(channel);
    }
  }
}
