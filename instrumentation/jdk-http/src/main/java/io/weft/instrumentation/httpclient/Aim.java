package io.weft.instrumentation.httpclient;

import io.weft.core.call.Attempt;
import io.weft.core.call.HeaderField;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the request of an attempt goes, and how. The client's own request keeps it where it would
 * keep a proxy, as the client works on threads of its own: what is there goes over to the copies
 * that are made to authenticate, and nobody minds it as long as it is no HTTP proxy.
 */
final class Aim extends Proxy {
  private static final ThreadLocal<@Nullable Aim> SENDING = new ThreadLocal<>();

  private final InetSocketAddress address;
  private final boolean secure;
  private final long connectNanos;
  private final List<HeaderField> headers;

  private Aim(
      InetSocketAddress address, boolean secure, long connectNanos, List<HeaderField> headers) {
    super(Type.SOCKS, address);
    this.address = address;
    this.secure = secure;
    this.connectNanos = connectNanos;
    this.headers = headers;
  }

  /**
   * Looks up the endpoint's name, if it is one.
   *
   * @param host by which the request means it
   * @param secure whether TLS is spoken there, whosever it is
   * @param headers to be sent beside those of the request, which have none of their names
   */
  static Aim of(Attempt attempt, String host, boolean secure, List<HeaderField> headers) {
    return new Aim(
        AimedAddress.of(attempt.endpoint(), host, attempt.tls()),
        secure,
        attempt.connectTimeoutNanos(),
        headers);
  }

  /** Whether TLS is spoken there, whatever the scheme of the request's URI. */
  boolean isSecure() {
    return secure;
  }

  /**
   * Where to connect.
   *
   * @param tls whether the client is going to speak TLS: if it should and is not, it gets nowhere
   */
  InetSocketAddress address(boolean tls) {
    return tls || !secure
        ? address
        : InetSocketAddress.createUnresolved(address.getHostString(), address.getPort());
  }

  /** What is sent beside the headers of the request. */
  List<HeaderField> headers() {
    return headers;
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
}
