package io.weft.instrumentation.httpserver;

import net.bytebuddy.asm.Advice;

/** An exchange is closed, answered or not. */
public final class CloseAdvice {
  private CloseAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  public static void exit(@Advice.This Object exchange) {
    ServedExchange.ended(exchange);
  }
}
