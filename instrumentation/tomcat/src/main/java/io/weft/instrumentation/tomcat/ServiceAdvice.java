package io.weft.instrumentation.tomcat;

import net.bytebuddy.asm.Advice;
import org.apache.coyote.Request;
import org.apache.coyote.Response;

/** A request is served, unless the mesh answers it. */
public final class ServiceAdvice {
  private ServiceAdvice() {}

  // Nothing is suppressed: what cannot be judged is not to be served.
  @Advice.OnMethodEnter(inline = false, skipOn = String.class)
  public static Object enter(
      @Advice.Argument(0) Request request, @Advice.Argument(1) Response response) {
    return TomcatRequests.begin(request, response);
  }

  @Advice.OnMethodExit(inline = false, onThrowable = Throwable.class)
  public static void exit(
      @Advice.Enter Object before,
      @Advice.Argument(0) Request request,
      @Advice.Argument(1) Response response) {
    TomcatRequests.leave(before, request, response);
  }
}
