package io.weft.instrumentation.jvm;

import io.weft.core.inbound.Listeners;
import java.net.BindException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** A socket is bound, unless it must not be. */
public final class SocketBindAdvice {
  private SocketBindAdvice() {}

  @Advice.OnMethodEnter(inline = false)
  public static void enter(@Advice.Argument(0) @Nullable SocketAddress address)
      throws BindException {
    Listeners.ofThisProcess().binding(address);
  }

  @Advice.OnMethodExit(inline = false)
  public static void exit(
      @Advice.This ServerSocket socket, @Advice.Argument(0) @Nullable SocketAddress address) {
    Listeners.ofThisProcess().bound(socket, address, socket.getLocalSocketAddress());
  }
}
