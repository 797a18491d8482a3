package io.weft.instrumentation.grpc;

import io.grpc.Server;
import net.bytebuddy.asm.Advice;

/** A server listens. */
public final class ServerStartAdvice {
  private ServerStartAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  public static void exit(@Advice.This Server server) {
    ServerPorts.opened(server);
  }
}
