package io.weft.instrumentation.jvm;

import io.weft.core.inbound.Listeners;
import java.net.ServerSocket;
import java.net.Socket;
import net.bytebuddy.asm.Advice;

/** A socket has taken a connection. */
public final class SocketAcceptAdvice {
  private SocketAcceptAdvice() {}

  @Advice.OnMethodExit(inline = false)
  public static void exit(
      @Advice.This ServerSocket listener, @Advice.Argument(0) Socket connection) {
    Listeners.ofThisProcess().accepted(listener::getLocalSocketAddress, connection);
  }
}
