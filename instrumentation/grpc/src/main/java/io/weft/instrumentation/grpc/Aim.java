package io.weft.instrumentation.grpc;

import io.grpc.CallOptions;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoint one attempt goes to, noted among the options of its call for the channel's load
 * balancer. Thread-safe.
 */
final class Aim {
  static final CallOptions.Key<@Nullable Aim> KEY = CallOptions.Key.create("weft-aim");

  private final Line line;
  private final long connectNanos;
  private volatile @Nullable Wire wire;
  private volatile @Nullable Status lost;
  private volatile boolean connected;
  private volatile boolean plaintext;

  /**
   * @param connectNanos that making the connection may take; 0 for as long as the library lets it
   */
  Aim(Line line, long connectNanos) {
    this.line = line;
    this.connectNanos = connectNanos;
  }

  Line line() {
    return line;
  }

  long connectNanos() {
    return connectNanos;
  }

  /** Whether a connection was found, so that the request may have left. */
  boolean isConnected() {
    return connected;
  }

  void connected(Wire to) {
    plaintext = line.tls() != null && !to.isSecure();
    connected = true;
  }

  /** Whether the connection that was found lacks the TLS that it was to have. */
  boolean isPlaintext() {
    return plaintext;
  }

  /** The connection it waits for; null before the first pick. */
  @Nullable Wire wire() {
    return wire;
  }

  void wire(Wire chosen) {
    wire = chosen;
  }

  /** Why there will be no connection; null while there may be one. */
  @Nullable Status lost() {
    return lost;
  }

  void lost(Status why) {
    lost = why;
  }
}
