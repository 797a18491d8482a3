package io.weft.core.call;

/**
 * What an asynchronous transport tells of one attempt. Thread-safe, callable from within the
 * transport's own methods; what comes too late is ignored.
 */
public interface AttemptProgress {

  /** Some of the request may leave from now on. */
  void sent();

  /**
   * The connection is in plaintext, as the transport knows no way to speak the TLS it was given.
   */
  void plaintext();

  /** The head of the answer, or gRPC trailers without one. */
  void head(ResponseHead head);

  /** Some more of a committed answer arrived. */
  void progress();

  /** No answer, or one that broke off, with what the library raised. */
  void failed(Failure why, Throwable thrown);

  /**
   * The committed answer's end, or the application let it go.
   *
   * @param grpcCode -1 for HTTP
   */
  void end(int grpcCode);
}
