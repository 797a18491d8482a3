package io.weft.instrumentation.tomcat;

import net.bytebuddy.asm.Advice;
import org.apache.coyote.AbstractProtocol;

/** The connector takes no more connections. */
public final class CloseAdvice {
  private CloseAdvice() {}

  @Advice.OnMethodEnter(inline = false)
  public static void enter(@Advice.This AbstractProtocol<?> protocol) {
    TomcatPorts.closed(protocol);
  }
}
