package io.weft.instrumentation.grpc;

import io.grpc.ServerBuilder;
import net.bytebuddy.asm.Advice;

/** A server is built, with an interceptor around all others. */
public final class ServerBuildAdvice {
  private ServerBuildAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  public static void enter(@Advice.This ServerBuilder<?> builder) {
    // The one added last is called first.
    builder.intercept(ServedCalls.INSTANCE);
  }
}
