package io.weft.instrumentation.httpserver;

import io.weft.core.inbound.Listeners;
import net.bytebuddy.asm.Advice;

/** A server binds its port as it is made, or later. */
public final class BindAdvice {
  private BindAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  public static Object enter() {
    return Listeners.ofThisProcess().expect("jdk.httpserver");
  }

  @Advice.OnMethodExit(inline = false, onThrowable = Throwable.class, suppress = Throwable.class)
  public static void exit(@Advice.Enter Object expectation) {
    if (expectation instanceof Listeners.Expectation expected) {
      expected.close();
    }
  }
}
