package io.weft.core.retry;

/** What may be tried again; the names are Envoy's. */
public enum RetryCondition {
  /** Any 5xx, no answer at all, or a gRPC code that stands for one. */
  STATUS_5XX,
  /** 502, 503 or 504, or the gRPC codes that stand for them. */
  GATEWAY_ERROR,
  CONNECT_FAILURE,
  REFUSED_STREAM,
  RESET_BEFORE_REQUEST
}
