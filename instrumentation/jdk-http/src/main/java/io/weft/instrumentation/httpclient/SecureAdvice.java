package io.weft.instrumentation.httpclient;

import java.net.Proxy;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/**
 * Has the client speak TLS where an attempt is to be in TLS, though the application's URI may not
 * say so: the URI stays what it is, to cookies, to authenticators, and to the other side.
 */
public final class SecureAdvice {
  private SecureAdvice() {}

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  // By default false is not assigned.
  @Advice.AssignReturned.ToFields(@Advice.AssignReturned.ToFields.ToField("secure"))
  public static boolean exit(@Advice.FieldValue("proxy") @Nullable Proxy proxy) {
    return proxy instanceof Aim aim && aim.isSecure();
  }
}
