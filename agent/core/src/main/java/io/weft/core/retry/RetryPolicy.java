package io.weft.core.retry;

import io.weft.core.call.Failure;
import io.weft.core.config.Source;
import java.util.EnumSet;
import java.util.Set;

/**
 * Whether and when an attempt is followed by another. Immutable.
 *
 * @param attempts tries in all, the first one included
 * @param statusCodes HTTP statuses worth another try, beside the conditions; sorted
 * @param grpcCodes the same for gRPC; sorted
 * @param perTryTimeout nanoseconds to the head of an answer, 0 for none; goes before the Timeout
 *     policy's
 * @param attemptsIfRetried tries in all where the work at hand has itself been tried before, as far
 *     as a callee may have seen them
 * @param idempotentOnly whether what the callee may have seen is repeated only if that does no harm
 */
public record RetryPolicy(
    Source source,
    int attempts,
    Set<RetryCondition> on,
    CodeSet statusCodes,
    CodeSet grpcCodes,
    long perTryTimeout,
    Backoff backoff,
    BudgetLimit budget,
    boolean idempotentOnly,
    boolean honourRetryAfter,
    int attemptsIfRetried,
    Hedge hedge) {

  /**
   * What rules where no document does: a call of which nothing has left is tried at up to two more
   * endpoints, so that an instance which is gone is not noticed.
   */
  public static final RetryPolicy BUILT_IN =
      new RetryPolicy(
          Source.BUILT_IN,
          3,
          EnumSet.of(
              RetryCondition.CONNECT_FAILURE,
              RetryCondition.REFUSED_STREAM,
              RetryCondition.RESET_BEFORE_REQUEST),
          CodeSet.EMPTY,
          CodeSet.EMPTY,
          0,
          Backoff.NONE,
          BudgetLimit.UNLIMITED,
          true,
          false,
          1,
          Hedge.NONE);

  /** Whether an attempt that brought no answer for this reason is worth another try. */
  public boolean retries(Failure why) {
    // As in Envoy, both conditions take in an upstream that does not answer at all.
    boolean anything =
        on.contains(RetryCondition.STATUS_5XX) || on.contains(RetryCondition.GATEWAY_ERROR);
    return switch (why) {
      case CONNECT -> anything || on.contains(RetryCondition.CONNECT_FAILURE);
      case REFUSED_STREAM -> anything || on.contains(RetryCondition.REFUSED_STREAM);
      case RESET_BEFORE_REQUEST -> anything || on.contains(RetryCondition.RESET_BEFORE_REQUEST);
      case STALE_CONNECTION -> true;
      case RESET -> anything;
      case TIMEOUT, APPLICATION -> false;
    };
  }

  /** Whether an answer with this HTTP status is worth another try. */
  public boolean retriesStatus(int status) {
    return statusCodes.contains(status)
        || (status >= 500 && on.contains(RetryCondition.STATUS_5XX))
        || (status >= 502 && status <= 504 && on.contains(RetryCondition.GATEWAY_ERROR));
  }

  /** Whether an answer with this gRPC code is worth another try. */
  public boolean retriesGrpcCode(int code) {
    return grpcCodes.contains(code)
        || (isServerFault(code) && on.contains(RetryCondition.STATUS_5XX))
        || ((code == UNAVAILABLE || code == DEADLINE_EXCEEDED)
            && on.contains(RetryCondition.GATEWAY_ERROR));
  }

  private static final int UNKNOWN = 2;
  private static final int DEADLINE_EXCEEDED = 4;
  private static final int INTERNAL = 13;
  private static final int UNAVAILABLE = 14;
  private static final int DATA_LOSS = 15;

  // The codes that google.rpc.Code maps to a 5xx status, but UNIMPLEMENTED, which no retry mends.
  private static boolean isServerFault(int code) {
    return code == UNKNOWN
        || code == DEADLINE_EXCEEDED
        || code == INTERNAL
        || code == UNAVAILABLE
        || code == DATA_LOSS;
  }
}
