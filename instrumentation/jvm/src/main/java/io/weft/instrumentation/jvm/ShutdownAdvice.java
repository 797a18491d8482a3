package io.weft.instrumentation.jvm;

import io.weft.core.lifecycle.Agent;
import net.bytebuddy.asm.Advice;

/** Linked to {@code ApplicationShutdownHooks.runHooks}. */
public final class ShutdownAdvice {
  private ShutdownAdvice() {}

  @Advice.OnMethodEnter(inline = false)
  public static void enter() {
    Agent.applicationStops();
  }

  @Advice.OnMethodExit(inline = false, onThrowable = Throwable.class)
  public static void exit() {
    Agent.applicationStopped();
  }
}
