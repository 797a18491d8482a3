package io.weft.core.inbound;

/**
 * Which try a request is, as it travels along a chain of calls: the highest of all on the way. Only
 * what an earlier try may have shown to its callee counts.
 *
 * <p>Whoever sends it has but this request of his own retried less: a stranger is believed as well.
 */
public final class AttemptCount {
  /** The header, of HTTP and gRPC alike; absent for a first try. */
  public static final String HEADER = "weft-attempt";

  // What Envoy sends where it is told to (include_request_attempt_count).
  private static final String ENVOY_HEADER = "x-envoy-attempt-count";

  private static final int MOST = 1_000;

  private AttemptCount() {}

  /** From the headers of a request; 1 if they do not say. */
  static int of(InboundRequest request) {
    return Math.max(parse(request.header(HEADER)), parse(request.header(ENVOY_HEADER)));
  }

  private static int parse(String value) {
    int count = 0;
    for (int i = 0; i < value.length(); i++) {
      int digit = value.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return 1;
      }
      count = Math.min(MOST, count * 10 + digit);
    }
    return Math.max(1, count);
  }
}
