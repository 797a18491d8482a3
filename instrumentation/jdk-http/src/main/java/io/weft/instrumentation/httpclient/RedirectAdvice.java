package io.weft.instrumentation.httpclient;

import java.util.List;
import net.bytebuddy.asm.Advice;

/**
 * Leaves the redirects that an attempt meets to the mesh, as each leads to a call of its own: the
 * chain of filters, of which each request has its own, goes without the client's.
 */
public final class RedirectAdvice {
  private static final String FILTER = "jdk.internal.net.http.RedirectFilter";

  private RedirectAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  public static void exit(@Advice.Return List<?> filters) {
    if (Aim.isSending()) {
      filters.removeIf(filter -> filter.getClass().getName().equals(FILTER));
    }
  }
}
