package io.weft.instrumentation.tomcat;

import net.bytebuddy.asm.Advice;
import org.apache.coyote.Request;
import org.apache.coyote.Response;

/** A request that was put aside goes on. */
public final class DispatchAdvice {
  private DispatchAdvice() {}

  @Advice.OnMethodEnter(inline = false)
  public static Object enter(@Advice.Argument(0) Request request) {
    return TomcatRequests.enter(request);
  }

  @Advice.OnMethodExit(inline = false, onThrowable = Throwable.class)
  public static void exit(
      @Advice.Enter Object before,
      @Advice.Argument(0) Request request,
      @Advice.Argument(1) Response response) {
    TomcatRequests.leave(before, request, response);
  }
}
