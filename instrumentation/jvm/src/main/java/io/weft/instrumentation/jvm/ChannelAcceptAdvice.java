package io.weft.instrumentation.jvm;

import io.weft.core.inbound.Listeners;
import java.nio.channels.NetworkChannel;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** A channel has taken a connection. */
public final class ChannelAcceptAdvice {
  private ChannelAcceptAdvice() {}

  @Advice.OnMethodExit(inline = false)
  public static void exit(
      @Advice.This NetworkChannel listener, @Advice.Return @Nullable NetworkChannel connection) {
    if (connection != null) {
      Listeners.ofThisProcess().accepted(listener::getLocalAddress, connection);
    }
  }
}
