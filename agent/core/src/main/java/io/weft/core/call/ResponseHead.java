package io.weft.core.call;

/** The head of an answer, or the trailers of a gRPC call that ended without one. */
public interface ResponseHead {

  /** The HTTP status. */
  int status();

  /**
   * The gRPC code of an answer that is trailers alone; -1 for HTTP and for a gRPC head that
   * promises messages.
   */
  int grpcCode();

  /** The first value of a header, its name in any case; empty if there is none. */
  String header(String name);
}
