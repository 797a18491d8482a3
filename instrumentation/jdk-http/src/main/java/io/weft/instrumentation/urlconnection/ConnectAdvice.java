package io.weft.instrumentation.urlconnection;

import java.net.HttpURLConnection;
import java.net.URL;
import net.bytebuddy.asm.Advice;

/**
 * Has an attempt's connection made to its endpoint, while all else of it, from the Host header to
 * cookies, goes by the URL it was opened for.
 */
public final class ConnectAdvice {
  private ConnectAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(0))
  public static URL enter(@Advice.This HttpURLConnection connection, @Advice.Argument(0) URL url) {
    Aim aim = Aim.of(connection);
    return aim == null ? url : aim.target(url);
  }
}
