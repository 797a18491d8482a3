package io.weft.instrumentation.tomcat;

import net.bytebuddy.asm.Advice;
import org.apache.coyote.AbstractProtocol;

/** The connector listens. */
public final class OpenAdvice {
  private OpenAdvice() {}

  @Advice.OnMethodExit(inline = false)
  public static void exit(@Advice.This AbstractProtocol<?> protocol) {
    TomcatPorts.opened(protocol);
  }
}
