package io.weft.instrumentation.httpclient;

import java.net.http.HttpRequest;
import java.util.concurrent.Executor;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/**
 * Has the client send an attempt of a call that a thread waits for as it sends such a call by
 * itself: on that very thread, and with no other to hand the answer on. For sendAsync, by which
 * attempts are made, it would take a thread of its executor before and one of the common pool
 * after, and where there are but two processors even start that one anew for each call.
 */
public final class InPlaceAdvice {
  private InPlaceAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(3))
  // By default null is not assigned.
  @Advice.AssignReturned.AsScalar(skipOnDefaultValue = false)
  public static @Nullable Executor enter(
      @Advice.Argument(0) @Nullable HttpRequest request,
      @Advice.Argument(3) @Nullable Executor executor) {
    return request instanceof AttemptRequest attempt && attempt.isInPlace() ? null : executor;
  }
}
