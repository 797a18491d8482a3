package io.weft.core.call;

import io.weft.core.retry.RetryPolicy;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;

/**
 * When a server wants to be asked again: the Retry-After header (RFC 9110, 10.2.3) and gRPC's
 * grpc-retry-pushback-ms (gRFC A6).
 */
final class RetryAfter {
  /** Not at all. */
  static final long NEVER = Long.MAX_VALUE;

  private static final int LONGEST_DIGITS = 9;

  private RetryAfter() {}

  /** What an answer says of it, if the policy heeds that; nanoseconds from now, 0 for nothing. */
  static long nanos(RetryPolicy policy, ResponseHead head) {
    if (!policy.honourRetryAfter()) {
      return 0;
    }
    String pushback = head.header("grpc-retry-pushback-ms");
    return pushback.isEmpty()
        ? retryAfter(head.header("retry-after"), System.currentTimeMillis())
        : pushback(pushback);
  }

  /** Seconds or a date; 0 if it cannot be read. */
  static long retryAfter(String value, long nowEpochMillis) {
    if (value.isEmpty()) {
      return 0;
    }
    if (isNumber(value)) {
      return value.length() > LONGEST_DIGITS
          ? NEVER
          : TimeUnit.SECONDS.toNanos(Long.parseLong(value));
    }
    try {
      long date =
          ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
              .toInstant()
              .toEpochMilli();
      return TimeUnit.MILLISECONDS.toNanos(Math.max(0, date - nowEpochMillis));
    } catch (DateTimeException e) {
      return 0;
    }
  }

  // What is not a number, a negative one included, means never (gRFC A6).
  private static long pushback(String value) {
    return isNumber(value) && value.length() <= LONGEST_DIGITS
        ? TimeUnit.MILLISECONDS.toNanos(Long.parseLong(value))
        : NEVER;
  }

  private static boolean isNumber(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) < '0' || value.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }
}
