package io.weft.instrumentation.httpclient;

import java.net.URI;
import net.bytebuddy.asm.Advice;

/**
 * A client that the mesh has left alone does not follow a redirect to where it must not call: the
 * application gets the redirect itself.
 */
public final class DeniedRedirectAdvice {
  private DeniedRedirectAdvice() {}

  // Skipped, the client's own answer is no.
  @Advice.OnMethodEnter(
      inline = false,
      skipOn = Advice.OnNonDefaultValue.class,
      suppress = Throwable.class)
  public static boolean enter(@Advice.Argument(0) URI target) {
    return MeshCalls.isDenied(target);
  }
}
