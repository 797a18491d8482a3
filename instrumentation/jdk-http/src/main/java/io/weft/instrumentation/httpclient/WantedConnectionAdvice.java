package io.weft.instrumentation.httpclient;

import java.net.InetSocketAddress;
import net.bytebuddy.asm.Advice;

/** The client looks for a connection, in its pool at first. */
public final class WantedConnectionAdvice {
  private WantedConnectionAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  public static void enter(@Advice.Argument(0) InetSocketAddress address) {
    WantedConnection.lookingFor(address);
  }

  @Advice.OnMethodExit(inline = false, onThrowable = Throwable.class, suppress = Throwable.class)
  public static void exit() {
    WantedConnection.found();
  }
}
