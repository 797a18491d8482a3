package io.weft.instrumentation.urlconnection;

import java.net.HttpURLConnection;
import net.bytebuddy.asm.Advice;

/** Lets a route set headers that applications may not; what applications may stays as it is. */
public final class RestrictedHeaderAdvice {
  private RestrictedHeaderAdvice() {}

  @Advice.OnMethodEnter(
      inline = false,
      skipOn = Advice.OnNonDefaultValue.class,
      suppress = Throwable.class)
  public static boolean enter(@Advice.This HttpURLConnection connection) {
    Aim aim = Aim.of(connection);
    return aim != null && aim.editsHeaders();
  }
}
