package io.weft.core.inbound;

import io.weft.core.call.Protocol;
import java.util.concurrent.TimeUnit;

/**
 * The time a request has left, as it travels: a duration, because clocks differ. The form is that
 * of gRPC's grpc-timeout header, at most eight digits and a unit; HTTP requests carry it as {@code
 * weft-timeout}.
 */
public final class CallTimeout {
  /** The header of HTTP requests. */
  public static final String HTTP_HEADER = "weft-timeout";

  private static final String GRPC_HEADER = "grpc-timeout";
  private static final int MOST_DIGITS = 8;

  private CallTimeout() {}

  static String header(Protocol protocol) {
    return protocol == Protocol.GRPC ? GRPC_HEADER : HTTP_HEADER;
  }

  /** Nanoseconds; -1 if there is none or it cannot be read. */
  static long parse(String value) {
    int digits = value.length() - 1;
    if (digits < 1 || digits > MOST_DIGITS) {
      return -1;
    }
    long amount = 0;
    for (int i = 0; i < digits; i++) {
      int digit = value.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      amount = amount * 10 + digit;
    }
    return switch (value.charAt(digits)) {
      case 'H' -> TimeUnit.HOURS.toNanos(amount);
      case 'M' -> TimeUnit.MINUTES.toNanos(amount);
      case 'S' -> TimeUnit.SECONDS.toNanos(amount);
      case 'm' -> TimeUnit.MILLISECONDS.toNanos(amount);
      case 'u' -> TimeUnit.MICROSECONDS.toNanos(amount);
      case 'n' -> amount;
      default -> -1;
    };
  }

  /** The header's value for a time that is left, rounded down to what eight digits can say. */
  public static String format(long nanos) {
    long left = Math.max(nanos, 0);
    if (left < 100_000_000L) {
      return left + "n";
    }
    long micros = TimeUnit.NANOSECONDS.toMicros(left);
    if (micros < 100_000_000L) {
      return micros + "u";
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(left);
    return millis < 100_000_000L
        ? millis + "m"
        : Math.min(TimeUnit.NANOSECONDS.toSeconds(left), 99_999_999L) + "S";
  }
}
