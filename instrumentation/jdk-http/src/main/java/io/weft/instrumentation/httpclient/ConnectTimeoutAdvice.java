package io.weft.instrumentation.httpclient;

import java.time.Duration;
import java.util.Optional;
import net.bytebuddy.asm.Advice;

/** Shortens the time an attempt may take to connect, where the mesh has a limit. */
public final class ConnectTimeoutAdvice {
  private ConnectTimeoutAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToReturned
  public static Optional<Duration> exit(@Advice.Return Optional<Duration> ofClient) {
    return Aim.connectTimeout(ofClient);
  }
}
