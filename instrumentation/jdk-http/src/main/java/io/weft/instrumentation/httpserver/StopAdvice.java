package io.weft.instrumentation.httpserver;

import net.bytebuddy.asm.Advice;

/** A server stops: at once it takes no more connections, then it waits for what it serves. */
public final class StopAdvice {
  private StopAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  public static void enter(@Advice.This Object server) {
    ServerPorts.closed(server);
  }
}
