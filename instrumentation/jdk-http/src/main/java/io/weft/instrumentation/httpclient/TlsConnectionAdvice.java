package io.weft.instrumentation.httpclient;

import java.net.InetSocketAddress;
import net.bytebuddy.asm.Advice;

/** A TLS connection is made, and with it, on the same thread, its engine. */
public final class TlsConnectionAdvice {
  private TlsConnectionAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  public static void enter(@Advice.Argument(0) InetSocketAddress address) {
    TlsEngines.connecting(address);
  }
}
