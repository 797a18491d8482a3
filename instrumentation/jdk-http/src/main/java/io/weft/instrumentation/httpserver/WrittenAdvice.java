package io.weft.instrumentation.httpserver;

import net.bytebuddy.asm.Advice;

/** An answer is written to its end. */
public final class WrittenAdvice {
  private WrittenAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  public static void exit(@Advice.Argument(0) Object exchange) {
    ServedExchange.ended(exchange);
  }
}
