package io.weft.core.call;

/**
 * What an adapter tells of the request its application is about to make. Read on the thread that
 * drives the call, as long as the call lasts; must answer alike each time.
 */
public interface OutboundRequest {

  Protocol protocol();

  /** {@code http} or {@code https}, as the application wrote it. */
  String scheme();

  /** The HTTP method; POST for gRPC. */
  String method();

  /** Raw path with query, beginning with a slash; {@code /package.Service/Method} for gRPC. */
  String target();

  /**
   * The logical {@code host[:port]} as the application wrote it: the Host or :authority it expects
   * to be sent.
   */
  String authority();

  /** The first value of a header, its name in any case; empty if there is none. */
  String header(String name);

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
