package io.weft.instrumentation.grpc;

import io.grpc.Metadata;
import io.grpc.Status;

/** How an attempt ended that no server answered, to be handed on as it came. */
final class Closed extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Status status;
  private final transient Metadata trailers;

  Closed(Status status, Metadata trailers) {
    super(status.getDescription(), status.getCause(), false, false);
    this.status = status;
    this.trailers = trailers;
  }

  Status status() {
    return status;
  }

  Metadata trailers() {
    return trailers;
  }
}
