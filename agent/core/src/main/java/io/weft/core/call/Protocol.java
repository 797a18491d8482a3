package io.weft.core.call;

/** How a request's outcome is told: by an HTTP status, or by a gRPC status in its trailers. */
public enum Protocol {
  HTTP,
  GRPC
}
