package io.weft.instrumentation.httpserver;

import net.bytebuddy.asm.Advice;

/** The head of an answer goes out; a second one is refused by the server. */
public final class StatusAdvice {
  private StatusAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  public static void enter(
      @Advice.This Object exchange,
      @Advice.FieldValue("sentHeaders") boolean sent,
      @Advice.Argument(0) int status) {
    if (!sent) {
      ServedExchange.status(exchange, status);
    }
  }
}
