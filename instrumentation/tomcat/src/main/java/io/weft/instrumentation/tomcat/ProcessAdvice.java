package io.weft.instrumentation.tomcat;

import net.bytebuddy.asm.Advice;
import org.apache.coyote.Processor;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** This thread works on a connection, or on a stream of one of HTTP/2. */
public final class ProcessAdvice {
  private ProcessAdvice() {}

  @Advice.OnMethodEnter(inline = false, suppress = Throwable.class)
  public static void enter(
      @Advice.This Processor processor, @Advice.Argument(0) SocketWrapperBase<?> wrapper) {
    WorkedOn.begin(wrapper);
    WorkedOn.showTls(processor);
  }

  @Advice.OnMethodExit(inline = false, onThrowable = Throwable.class, suppress = Throwable.class)
  public static void exit() {
    WorkedOn.end();
  }
}
