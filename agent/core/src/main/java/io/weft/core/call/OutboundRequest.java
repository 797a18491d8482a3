package io.weft.core.call;

/**
 * What an adapter tells of the request its application is about to make. Read on the thread that
 * drives the call, as long as the call lasts; must answer alike each time.
 */
public interface OutboundRequest extends RequestHead {

  Protocol protocol();

  /** {@code http} or {@code https}, as the application wrote it. */
  String scheme();

  /**
   * The logical {@code host[:port]} as the application wrote it: the Host or :authority it expects
   * to be sent.
   */
  String authority();

  /**
   * Whether it is a call without a foreseeable end, as all gRPC calls but unary ones are: its
   * `request` timeout ends at the head of the answer. Streams that only show in the answer
   * (server-sent events, upgrades) are seen there.
   */
  default boolean streaming() {
    return false;
  }

  /**
   * Whether the same request can be sent once more: it has no body, or its body is at hand. Asked
   * before each retry, as a body may outgrow its buffer on the way.
   */
  boolean replayable();

  /**
   * Whether the library can send it a second time while the first is under way: the application has
   * handed over all of it, it is at hand, and no thread is held for it.
   */
  default boolean hedgeable() {
    return false;
  }

  /**
   * Whether repeating it does no harm (RFC 9110, 9.2.2): by its method, or because it carries an
   * Idempotency-Key.
   */
  default boolean idempotent() {
    return switch (method()) {
      case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE" -> true;
      default -> !header("idempotency-key").isEmpty();
    };
  }
}
