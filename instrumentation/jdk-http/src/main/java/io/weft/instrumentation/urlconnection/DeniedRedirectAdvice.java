package io.weft.instrumentation.urlconnection;

import java.net.URL;
import net.bytebuddy.asm.Advice;

/**
 * A connection that the mesh has left alone does not follow a redirect to where it must not call:
 * the application gets the redirect itself.
 */
public final class DeniedRedirectAdvice {
  private DeniedRedirectAdvice() {}

  // Skipped, the library's own answer is that it does not follow.
  @Advice.OnMethodEnter(
      inline = false,
      skipOn = Advice.OnNonDefaultValue.class,
      suppress = Throwable.class)
  public static boolean enter(@Advice.Argument(2) URL target) {
    return MeshConnections.isDenied(target);
  }
}
