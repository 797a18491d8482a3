package io.weft.instrumentation.grpc.netty;

import io.weft.core.inbound.Listeners;
import java.net.SocketAddress;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** A server binds its ports, on a thread of its transport, and waits until that is done. */
public final class BindAdvice {
  private BindAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  public static Object enter(
      @Advice.FieldValue("addresses") List<? extends SocketAddress> addresses) {
    return Listeners.ofThisProcess().expect("grpc", addresses);
  }

  @Advice.OnMethodExit(inline = false, onThrowable = Throwable.class, suppress = Throwable.class)
  public static void exit(@Advice.Enter Object expectation) {
    if (expectation instanceof Listeners.Expectation expected) {
      expected.close();
    }
  }
}
