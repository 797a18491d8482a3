package io.weft.instrumentation.httpserver;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import net.bytebuddy.asm.Advice;

/** The server asks whether another request is there already: it may be decrypted by now. */
public final class AvailableAdvice {
  private AvailableAdvice() {}

  @Advice.OnMethodExit(inline = false)
  @Advice.AssignReturned.ToReturned
  public static int exit(
      @Advice.FieldValue("channel") SocketChannel channel, @Advice.Return int available)
      throws IOException {
    return channel instanceof SniffedChannel sniffed && available >= 0
        ? available + sniffed.pending()
        : available;
  }
}
