package io.weft.instrumentation.httpserver;

import java.nio.channels.ServerSocketChannel;
import net.bytebuddy.asm.Advice;

/** A server begins to listen. */
public final class StartAdvice {
  private StartAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  public static void exit(
      @Advice.This Object server,
      @Advice.FieldValue("schan") ServerSocketChannel channel,
      @Advice.FieldValue("https") boolean https) {
    ServerPorts.opened(server, channel, https);
  }
}
