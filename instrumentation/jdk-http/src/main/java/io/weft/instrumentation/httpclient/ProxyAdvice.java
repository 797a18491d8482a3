package io.weft.instrumentation.httpclient;

import net.bytebuddy.asm.Advice;

/**
 * Has no proxy asked for where an attempt goes: it goes to its endpoint. That the application wants
 * none was found by the URI that it called; the attempt's may have another scheme, for which it has
 * one.
 */
public final class ProxyAdvice {
  private ProxyAdvice() {}

  @Advice.OnMethodEnter(
      inline = false,
      skipOn = Advice.OnNonDefaultValue.class,
      suppress = Throwable.class)
  public static boolean enter() {
    return Aim.isSending();
  }
}
