package io.weft.instrumentation.tomcat;

import io.weft.core.identity.Peer;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/** The connection that a thread works on. */
final class WorkedOn {
  private static final ThreadLocal<@Nullable SocketWrapperBase<?>> CURRENT = new ThreadLocal<>();

  private WorkedOn() {}

  static void begin(SocketWrapperBase<?> wrapper) {
    CURRENT.set(wrapper);
  }

  static void end() {
    CURRENT.remove();
  }

  /** Who is at its other end; unknown to streams of HTTP/2, which have threads of their own. */
  static Peer peer() {
    SocketWrapperBase<?> wrapper = CURRENT.get();
    return wrapper != null && wrapper.getSocket() instanceof MeshChannel channel
        ? channel.peer()
        : Peer.UNKNOWN;
  }
}
