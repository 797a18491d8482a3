package io.weft.instrumentation.httpserver;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/**
 * Filters and handlers of the application run: the first of them opens the scope of the request,
 * unless the mesh answers it.
 */
public final class HandleAdvice {
  // Of a type that the server's own loader knows, too.
  private static final String DENIED = "denied";

  private HandleAdvice() {}

  // Nothing is suppressed: what cannot be judged is not to be served.
  @Advice.OnMethodEnter(inline = false, skipOn = String.class)
  public static @Nullable Object enter(@Advice.Argument(0) HttpExchange exchange)
      throws IOException {
    if (Arrival.isBroken()) {
      exchange.sendResponseHeaders(403, -1);
      exchange.close();
      return DENIED;
    }
    ServedExchange.Handling handling = ServedExchange.enter();
    if (handling != null && handling.served().denies(exchange)) {
      handling.leave(null);
      return DENIED;
    }
    return handling;
  }

  @Advice.OnMethodExit(inline = false, onThrowable = Throwable.class, suppress = Throwable.class)
  public static void exit(
      @Advice.Enter @Nullable Object entered, @Advice.Thrown @Nullable Throwable thrown) {
    if (entered instanceof ServedExchange.Handling handling) {
      handling.leave(thrown);
    }
  }
}
