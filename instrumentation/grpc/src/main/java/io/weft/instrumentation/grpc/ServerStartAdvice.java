package io.weft.instrumentation.grpc;

import io.grpc.Server;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** A server listens. */
public final class ServerStartAdvice {
  private ServerStartAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  public static void exit(
      @Advice.This Server server,
      @Advice.FieldValue("transportServer") @Nullable Object transport) {
    ServerPorts.opened(server, transport);
  }
}
