package io.weft.instrumentation.tomcat;

import io.weft.core.inbound.Listeners;
import net.bytebuddy.asm.Advice;

/** The endpoint of a connector that is guarded binds its port. */
public final class BindAdvice {
  private BindAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  public static Object enter() {
    return Listeners.ofThisProcess().expect("tomcat");
  }

  @Advice.OnMethodExit(inline = false, onThrowable = Throwable.class, suppress = Throwable.class)
  public static void exit(@Advice.Enter Object expectation) {
    if (expectation instanceof Listeners.Expectation expected) {
      expected.close();
    }
  }
}
