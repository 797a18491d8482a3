package io.weft.instrumentation.httpclient;

import java.net.Proxy;
import java.net.http.HttpRequest;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Has the client's own request know where an attempt goes. */
public final class AimAdvice {
  private AimAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  // By default null is not assigned.
  @Advice.AssignReturned.ToFields(@Advice.AssignReturned.ToFields.ToField("proxy"))
  public static @Nullable Proxy exit(@Advice.Argument(0) @Nullable HttpRequest request) {
    return request instanceof AttemptRequest attempt ? attempt.aim() : null;
  }
}
