package io.weft.instrumentation.grpc;

import io.grpc.Attributes;
import io.weft.core.identity.ClientTls;
import org.jspecify.annotations.Nullable;

/**
 * What a transport shall put on a connection in place of what its channel was built with.
 * Thread-safe.
 */
public final class Security {
  /**
   * Where a transport finds it, among the attributes of the address; null for the channel's own.
   */
  public static final Attributes.Key<@Nullable Security> KEY =
      Attributes.Key.create("weft-security");

  private final @Nullable ClientTls tls;
  private volatile boolean applied;

  Security(@Nullable ClientTls tls) {
    this.tls = tls;
  }

  /** The TLS to make; null for plaintext. */
  public @Nullable ClientTls tls() {
    return tls;
  }

  /** A transport has put it on. */
  public void applied() {
    applied = true;
  }

  /** Whether a transport has; one of a kind that is not known does as its channel was built to. */
  boolean isApplied() {
    return applied;
  }
}
