package io.weft.instrumentation.httpserver;

import com.sun.net.httpserver.Headers;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** Takes note of the headers of the request that this thread has read. */
public final class HeadersAdvice {
  private HeadersAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  public static void exit(@Advice.Return @Nullable Headers headers) {
    Arrival.headersRead(headers);
  }
}
