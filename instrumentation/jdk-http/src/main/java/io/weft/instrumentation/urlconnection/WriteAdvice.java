package io.weft.instrumentation.urlconnection;

import java.net.HttpURLConnection;
import net.bytebuddy.asm.Advice;

/**
 * Keeps the JDK from writing a request of an attempt a second time, on a new connection. Set while
 * it makes the last header, just before it writes: JDK 17 leaves out the request line if it was set
 * earlier.
 */
public final class WriteAdvice {
  private WriteAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToFields(@Advice.AssignReturned.ToFields.ToField("failedOnce"))
  public static boolean enter(
      @Advice.This HttpURLConnection connection,
      @Advice.FieldValue("failedOnce") boolean failedOnce) {
    return failedOnce || Aim.of(connection) != null;
  }
}
