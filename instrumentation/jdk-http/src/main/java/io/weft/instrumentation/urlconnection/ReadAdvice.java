package io.weft.instrumentation.urlconnection;

import java.net.HttpURLConnection;
import net.bytebuddy.asm.Advice;

/**
 * Keeps the JDK from silently sending a request of an attempt again when its connection ends before
 * an answer, and takes note of whether that connection had been kept from an earlier request.
 */
public final class ReadAdvice {
  private ReadAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToFields(@Advice.AssignReturned.ToFields.ToField("failedOnce"))
  public static boolean enter(
      @Advice.AllArguments Object[] arguments,
      @Advice.FieldValue("failedOnce") boolean failedOnce,
      @Advice.FieldValue("cachedHttpClient") boolean reused) {
    // The connection object is the last parameter of all versions.
    Object connection = arguments[arguments.length - 1];
    Aim aim = connection instanceof HttpURLConnection http ? Aim.of(http) : null;
    if (aim == null) {
      return failedOnce;
    }
    aim.reading(reused);
    return true;
  }
}
