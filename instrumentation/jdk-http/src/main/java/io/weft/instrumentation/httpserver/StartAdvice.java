package io.weft.instrumentation.httpserver;

import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import net.bytebuddy.asm.Advice;

/** A server begins to listen. */
public final class StartAdvice {
  private StartAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  public static void enter(
      @Advice.FieldValue("selector") Selector selector, @Advice.FieldValue("https") boolean https) {
    if (!https) {
      Connections.expect(selector);
    }
  }

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  public static void exit(
      @Advice.This Object server,
      @Advice.FieldValue("schan") ServerSocketChannel channel,
      @Advice.FieldValue("https") boolean https) {
    ServerPorts.opened(server, channel, https);
  }
}
