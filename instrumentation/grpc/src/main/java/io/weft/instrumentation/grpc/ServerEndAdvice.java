package io.weft.instrumentation.grpc;

import io.grpc.Server;
import net.bytebuddy.asm.Advice;

/** A server takes no more calls. */
public final class ServerEndAdvice {
  private ServerEndAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  public static void enter(@Advice.This Server server) {
    ServerPorts.closed(server);
  }
}
