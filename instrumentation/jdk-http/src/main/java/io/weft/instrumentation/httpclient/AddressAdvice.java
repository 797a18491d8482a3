package io.weft.instrumentation.httpclient;

import java.net.InetSocketAddress;
import java.net.Proxy;
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
  public static @Nullable InetSocketAddress enter(
      @Advice.FieldValue("proxy") @Nullable Proxy proxy,
      @Advice.FieldValue("secure") boolean secure) {
    return proxy instanceof Aim aim ? aim.address(secure) : null;
  }

  @Advice.OnMethodExit(inline = false, suppress = Throwable.class)
  @Advice.AssignReturned.ToReturned
  public static @Nullable InetSocketAddress exit(
      @Advice.Enter @Nullable InetSocketAddress endpoint,
      @Advice.Return @Nullable InetSocketAddress resolved) {
    return endpoint != null ? endpoint : resolved;
  }
}
