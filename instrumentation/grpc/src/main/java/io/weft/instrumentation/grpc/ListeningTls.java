package io.weft.instrumentation.grpc;

import io.weft.core.registry.PortTls;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** What transports tell of the TLS they listen with. */
public final class ListeningTls {
  private static final Map<Object, PortTls> KNOWN =
      Collections.synchronizedMap(new WeakHashMap<>());

  private ListeningTls() {}

  /** A transport was made. */
  public static void made(Object transport, PortTls tls) {
    KNOWN.put(transport, tls);
  }

  /** That of a transport; plaintext where nothing is known of it. */
  static PortTls of(@Nullable Object transport) {
    PortTls tls = transport == null ? null : KNOWN.get(transport);
    return tls == null ? PortTls.NONE : tls;
  }
}
