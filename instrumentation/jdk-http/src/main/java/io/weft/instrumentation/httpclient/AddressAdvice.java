package io.weft.instrumentation.httpclient;

import java.net.InetSocketAddress;
import java.net.URI;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/**
 * Has the connection of an attempt made to its endpoint, while all else of it, from the Host header
 * to cookies, goes by the URI of its request. The address is the key of the client's pool as well.
 */
public final class AddressAdvice {
  private AddressAdvice() {}

  /** Looks no name up where the endpoint is known. */
  @Advice.OnMethodEnter(
      inline = false,
      skipOn = Advice.OnNonDefaultValue.class,
      suppress = Throwable.class)
  public static @Nullable InetSocketAddress enter(@Advice.FieldValue("uri") @Nullable URI uri) {
    Aim aim = uri == null ? null : Aim.of(uri);
    return aim == null ? null : aim.address();
  }

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToReturned
  public static @Nullable InetSocketAddress exit(
      @Advice.Enter @Nullable InetSocketAddress endpoint,
      @Advice.Return @Nullable InetSocketAddress resolved) {
    return endpoint != null ? endpoint : resolved;
  }
}
