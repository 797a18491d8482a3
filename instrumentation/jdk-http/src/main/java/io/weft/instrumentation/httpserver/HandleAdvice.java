package io.weft.instrumentation.httpserver;

import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/**
 * Filters and handlers of the application run: the first of them opens the scope of the request.
 */
public final class HandleAdvice {
  private HandleAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  public static @Nullable Object enter() {
    return ServedExchange.enter();
  }

  @Advice.OnMethodExit(inline = false, onThrowable = Throwable.class, suppress = Throwable.class)
  public static void exit(
      @Advice.Enter @Nullable Object entered, @Advice.Thrown @Nullable Throwable thrown) {
    if (entered instanceof ServedExchange.Handling handling) {
      handling.leave(thrown);
    }
  }
}
