package io.weft.instrumentation.tomcat;

import io.weft.core.identity.MeshTls;
import io.weft.core.identity.Peer;
import org.apache.coyote.Processor;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/** The connection that a thread works on, for one of its streams or for all of it. */
final class WorkedOn {
  private static final ThreadLocal<@Nullable SocketWrapperBase<?>> CURRENT = new ThreadLocal<>();

  private WorkedOn() {}

  static void begin(SocketWrapperBase<?> wrapper) {
    CURRENT.set(wrapper);
  }

  static void end() {
    CURRENT.remove();
  }

  /**
   * Shows a stream of HTTP/2 the TLS of its connection. Tomcat does so by itself but for those that
   * come in one piece with the connection's preface.
   */
  static void showTls(Processor processor) {
    SocketWrapperBase<?> wrapper = CURRENT.get();
    if (wrapper != null
        && wrapper.getSocket() instanceof MeshChannel channel
        && wrapper.getCurrentProcessor() != processor) {
      processor.setSslSupport(channel.getSSLSupport());
    }
  }

  /** Takes no more streams of HTTP/2 from a peer that can have none answered any more. */
  static void leaveIfDisbelieved() {
    SocketWrapperBase<?> wrapper = CURRENT.get();
    if (wrapper != null
        && !MeshTls.current().disbelief(peer()).isEmpty()
        && wrapper.getCurrentProcessor() instanceof Processor connection) {
      connection.pause();
    }
  }

  /** Who is at its other end. */
  static Peer peer() {
    SocketWrapperBase<?> wrapper = CURRENT.get();
    return wrapper != null && wrapper.getSocket() instanceof MeshChannel channel
        ? channel.peer()
        : Peer.UNKNOWN;
  }
}
