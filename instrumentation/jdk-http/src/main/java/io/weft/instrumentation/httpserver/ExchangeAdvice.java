package io.weft.instrumentation.httpserver;

import java.net.URI;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/**
 * A request is about to be served: before its exchange is made, as that takes a copy of the headers
 * that nobody can change.
 */
public final class ExchangeAdvice {
  private ExchangeAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  public static @Nullable Object enter(
      @Advice.Argument(0) String method, @Advice.Argument(1) URI uri) {
    return Arrival.serve(method, uri);
  }

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  public static void exit(@Advice.This Object exchange, @Advice.Enter @Nullable Object begun) {
    if (begun instanceof ServedExchange served) {
      served.belongsTo(exchange);
    }
  }
}
