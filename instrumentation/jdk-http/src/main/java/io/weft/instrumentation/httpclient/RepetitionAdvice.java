package io.weft.instrumentation.httpclient;

import java.net.http.HttpRequest;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Keeps the client from silently sending the request of an attempt a second time. */
public final class RepetitionAdvice {
  private RepetitionAdvice() {}

  @Advice.OnMethodEnter(
      inline = false,
      skipOn = Advice.OnNonDefaultValue.class,
      suppress = Throwable.class)
  public static boolean enter(@Advice.FieldValue("userRequest") @Nullable HttpRequest request) {
    return request instanceof AttemptRequest;
  }
}
