package io.weft.instrumentation.tomcat;

import net.bytebuddy.asm.Advice;
import org.apache.coyote.Request;

/** A request is over, however it ended. */
public final class RecycleAdvice {
  private RecycleAdvice() {}

  @Advice.OnMethodEnter(inline = false)
  public static void enter(@Advice.This Request request) {
    TomcatRequests.over(request);
  }
}
