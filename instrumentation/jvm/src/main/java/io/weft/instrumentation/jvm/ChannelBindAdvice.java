package io.weft.instrumentation.jvm;

import io.weft.core.inbound.Listeners;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.nio.channels.NetworkChannel;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** A channel is bound, unless it must not be. */
public final class ChannelBindAdvice {
  private ChannelBindAdvice() {}

  @Advice.OnMethodEnter(inline = false)
  public static void enter(@Advice.Argument(0) @Nullable SocketAddress address)
      throws BindException {
    Listeners.ofThisProcess().binding(address);
  }

  @Advice.OnMethodExit(inline = false)
  public static void exit(
      @Advice.This NetworkChannel channel, @Advice.Argument(0) @Nullable SocketAddress address) {
    try {
      Listeners.ofThisProcess().bound(channel, address, channel.getLocalAddress());
    } catch (IOException e) {
      // Closed again already.
    }
  }
}
