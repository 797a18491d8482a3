package io.weft.instrumentation.httpclient;

import io.weft.core.call.Attempt;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the request of an attempt goes. Known inside the client by the very URI object that the
 * attempt's request was made with, as the client works on threads of its own.
 *
 * @param connectNanos the most that connecting may take; 0 for as long as the client lets it
 */
record Aim(InetSocketAddress address, long connectNanos) {
  private static final Map<Key, Aim> BY_URI = new ConcurrentHashMap<>();
  private static final ThreadLocal<@Nullable Aim> SENDING = new ThreadLocal<>();

  /**
   * Looks up the endpoint's name, if it is one.
   *
   * @param host by which the request means it
   */
  static Aim of(Attempt attempt, String host) {
    return new Aim(
        AimedAddress.of(attempt.endpoint(), host, attempt.tls()), attempt.connectTimeoutNanos());
  }

  /** The aim of requests to this very URI object; null if it is not an attempt's. */
  static @Nullable Aim of(URI uri) {
    return BY_URI.isEmpty() ? null : BY_URI.get(new Key(uri));
  }

  /** From now on this is where requests to this very URI object go. */
  void take(URI uri) {
    BY_URI.put(new Key(uri), this);
  }

  /** No request to it is on its way any more. */
  static void drop(URI uri) {
    BY_URI.remove(new Key(uri));
  }

  /** Has the client begin to send on this thread. */
  <T> T whileSending(Sending<T> sending) {
    Aim before = SENDING.get();
    SENDING.set(this);
    try {
      return sending.send();
    } finally {
      // Null where none was: to remove it costs each call a new entry.
      SENDING.set(before);
    }
  }

  /** Whether this thread begins to send an attempt. */
  static boolean isSending() {
    return SENDING.get() != null;
  }

  /** The limit for the request that this thread begins to send. */
  static Optional<Duration> connectTimeout(Optional<Duration> ofClient) {
    Aim aim = SENDING.get();
    if (aim == null || aim.connectNanos == 0) {
      return ofClient;
    }
    Duration ours = Duration.ofNanos(aim.connectNanos);
    return ofClient.isPresent() && ofClient.get().compareTo(ours) <= 0
        ? ofClient
        : Optional.of(ours);
  }

  /** Something done with the client. */
  interface Sending<T> {
    T send();
  }

  /** A URI object, told from another one that is equal. */
  private record Key(URI uri) {
    @Override
    @SuppressWarnings("ReferenceEquality") // Being the same object is the point.
    public boolean equals(@Nullable Object other) {
      return other instanceof Key that && that.uri == uri;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(uri);
    }
  }
}
