package io.weft.instrumentation.httpclient;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import net.bytebuddy.asm.Advice;

/** Has the engine of a connection to the mesh made from the mesh's TLS. */
public final class EngineAdvice {
  private EngineAdvice() {}

  // Nothing is suppressed: where the mesh's TLS is wanted, the application's would not do.
  @Advice.OnMethodEnter(inline = false)
  @Advice.AssignReturned.ToArguments(@Advice.AssignReturned.ToArguments.ToArgument(0))
  public static SSLContext enter(
      @Advice.Argument(0) SSLContext context, @Advice.Argument(3) SSLParameters parameters) {
    return TlsEngines.context(context, parameters);
  }
}
