package io.weft.instrumentation.httpclient;

import java.net.InetSocketAddress;
import net.bytebuddy.asm.Advice;

/** Has the application's TLS ask for, and check, the name that the application called. */
public final class ServerNameAdvice {
  private ServerNameAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(0))
  public static InetSocketAddress enter(@Advice.Argument(0) InetSocketAddress address) {
    return address instanceof AimedAddress aimed ? aimed.named() : address;
  }
}
