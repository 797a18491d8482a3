package io.weft.core.call;

import io.weft.core.retry.RetryPolicy;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;

/** The Retry-After header (RFC 9110, 10.2.3). */
final class RetryAfter {
  private static final int LONGEST_DIGITS = 9;

  private RetryAfter() {}

  /** What an answer says of it, if the policy heeds that; nanoseconds from now, 0 for nothing. */
  static long nanos(RetryPolicy policy, ResponseHead head) {
    return policy.honourRetryAfter() ? nanos(head.header("retry-after")) : 0;
  }

  /** Nanoseconds from now; 0 if it says nothing that can be read. */
  static long nanos(String value) {
    if (value.isEmpty()) {
      return 0;
    }
    if (value.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return value.length() > LONGEST_DIGITS
          ? Long.MAX_VALUE / 2
          : TimeUnit.SECONDS.toNanos(Long.parseLong(value));
    }
    try {
      Instant date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      long millis = date.toEpochMilli() - System.currentTimeMillis();
      return TimeUnit.MILLISECONDS.toNanos(Math.max(0, millis));
    } catch (DateTimeException e) {
      return 0;
    }
  }
}
