package io.weft.instrumentation.httpclient;

import java.net.http.HttpResponse;
import net.bytebuddy.asm.Advice;

/**
 * Has the client ask the application's own body subscriber for the body of an answer that is
 * decided on. Of one that is not its own, and so of an attempt's, the client asks on another
 * thread, which costs a call more than all that the mesh does for it.
 */
public final class BodyAdvice {
  private BodyAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(1))
  public static <T> HttpResponse.BodySubscriber<T> enter(
      @Advice.Argument(1) HttpResponse.BodySubscriber<T> subscriber) {
    return SentAttempt.reader(subscriber);
  }
}
