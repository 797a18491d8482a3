package io.weft.core.call;

/**
 * What an asynchronous transport tells of one attempt. Thread-safe; what comes too late is ignored.
 */
public interface AttemptProgress {

  /** Some of the request may have left. */
  void sent();

  /** The head of the answer, or gRPC trailers without one. */
  void head(ResponseHead head);

  /** Something more of a committed answer. */
  void progress();

  /** No answer, or one that broke off. */
  void failed(Failure why);

  /** The answer's end; {@code grpcCode} is -1 for HTTP. */
  void end(int grpcCode);
}
