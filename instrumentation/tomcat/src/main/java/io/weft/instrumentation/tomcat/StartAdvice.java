package io.weft.instrumentation.tomcat;

import net.bytebuddy.asm.Advice;
import org.apache.coyote.AbstractProtocol;
import org.apache.tomcat.util.net.AbstractEndpoint;

/** The connector is about to take connections. */
public final class StartAdvice {
  private StartAdvice() {}

  @Advice.OnMethodEnter(inline = false)
  public static void enter(
      @Advice.This AbstractProtocol<?> protocol,
      @Advice.FieldValue("endpoint") AbstractEndpoint<?, ?> endpoint) {
    TomcatProtocols.learn(protocol, endpoint);
  }
}
