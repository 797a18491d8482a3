package io.weft.instrumentation.grpc;

import io.grpc.Attributes;
import io.weft.core.identity.Peer;
import org.jspecify.annotations.Nullable;

/** A connection at which mutual TLS has proven who the caller is. Thread-safe. */
public interface ServedConnection {
  /** Where a call finds its connection, among the attributes of its transport; null if in none. */
  Attributes.Key<@Nullable ServedConnection> KEY = Attributes.Key.create("weft-connection");

  /** Who is at its other end. */
  Peer peer();

  /**
   * Has the caller make its next calls on another; those in flight go on. Again is of no effect.
   */
  void drain();
}
