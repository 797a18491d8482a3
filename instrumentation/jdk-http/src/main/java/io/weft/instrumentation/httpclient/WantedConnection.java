package io.weft.instrumentation.httpclient;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Where the connection is to lead that a thread looks for in the client's pool. */
final class WantedConnection {
  private static final ThreadLocal<@Nullable AimedAddress> WANTED = new ThreadLocal<>();

  private WantedConnection() {}

  static void lookingFor(InetSocketAddress address) {
    if (address instanceof AimedAddress aimed) {
      WANTED.set(aimed);
    }
  }

  static void found() {
    // Removed, it would be made anew for each call.
    WANTED.set(null);
  }

  /** Whether a connection to an address is not the one this thread looks for, if it does. */
  static boolean isAnother(AimedAddress address) {
    AimedAddress wanted = WANTED.get();
    return wanted != null && wanted.isAnother(address);
  }
}
