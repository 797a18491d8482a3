package io.weft.core.call;

/**
 * Why an attempt has no answer, as far as its library lets one know; what is not known counts as
 * sent.
 */
public enum Failure {
  /** No connection was made: not a byte left. */
  CONNECT(false),
  /**
   * The server refused the stream before it looked at it (HTTP/2 REFUSED_STREAM, GOAWAY): not
   * processed.
   */
  REFUSED_STREAM(false),
  /** The connection went before a byte of the request was written. */
  RESET_BEFORE_REQUEST(false),
  /**
   * A connection kept from an earlier request ended before a byte of the answer. The callee most
   * likely closed it as idle, but may have seen the request; libraries send one that is idempotent
   * again by themselves (RFC 9112, 9.3.1).
   */
  STALE_CONNECTION(true),
  /**
   * The connection went, or the peer broke the protocol, when some of the request may have left.
   */
  RESET(true),
  /** The library's own time ran out, by the application's setting. */
  TIMEOUT(true),
  /**
   * The application itself made it fail: a body that could not be read, a call it cancelled. Never
   * retried.
   */
  APPLICATION(true);

  private final boolean mayHaveBeenSent;

  Failure(boolean mayHaveBeenSent) {
    this.mayHaveBeenSent = mayHaveBeenSent;
  }

  /** Whether it is the endpoint's: not an idle connection's, nor the application's own. */
  boolean blamesEndpoint() {
    return this != STALE_CONNECTION && this != APPLICATION;
  }

  /** Whether the callee may have seen some of the request. */
  public boolean mayHaveBeenSent() {
    return mayHaveBeenSent;
  }
}
