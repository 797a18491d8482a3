package io.weft.core.endpoint;

/** What came of an attempt, as far as it tells of the endpoint. */
public enum Outcome {
  /** An answer that is no fault of the endpoint's. */
  ANSWERED,
  /** A 5xx other than those below; gRPC {@code UNKNOWN}, {@code INTERNAL}, {@code DATA_LOSS}. */
  SERVER_ERROR,
  /** 502, 503 or 504; gRPC {@code UNAVAILABLE} or {@code DEADLINE_EXCEEDED}. */
  GATEWAY_ERROR,
  /** No answer: no connection, one that broke, or none in time. Envoy's local origin failure. */
  NO_ANSWER;

  private static final int UNKNOWN = 2;
  private static final int DEADLINE_EXCEEDED = 4;
  private static final int INTERNAL = 13;
  private static final int UNAVAILABLE = 14;
  private static final int DATA_LOSS = 15;

  /** Of an answer with this HTTP status. */
  public static Outcome ofStatus(int status) {
    if (status < 500) {
      return ANSWERED;
    }
    return status >= 502 && status <= 504 ? GATEWAY_ERROR : SERVER_ERROR;
  }

  /** Of an answer with this gRPC code. */
  public static Outcome ofGrpcCode(int code) {
    return switch (code) {
      case UNKNOWN, INTERNAL, DATA_LOSS -> SERVER_ERROR;
      case UNAVAILABLE, DEADLINE_EXCEEDED -> GATEWAY_ERROR;
      default -> ANSWERED;
    };
  }
}
