package io.weft.instrumentation.httpserver;

import java.nio.channels.SocketChannel;
import net.bytebuddy.asm.Advice;

/** A thread reads one request off a connection, and has the application serve it. */
public final class RunAdvice {
  private RunAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  public static void enter(
      @Advice.FieldValue("chan") SocketChannel channel,
      @Advice.FieldValue("protocol") String scheme) {
    Arrival.begins(channel, scheme);
  }

  @Advice.OnMethodExit(inline = false, onThrowable = Throwable.class, suppress = Throwable.class)
  public static void exit() {
    Arrival.leaves();
  }
}
