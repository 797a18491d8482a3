package io.weft.core.telemetry;

import io.weft.api.v1.AccessLog;
import java.util.random.RandomGenerator;

/**
 * Of which requests a line is written: those with a status as high, and those that took as long;
 * all if neither is set. Immutable.
 *
 * @param minStatus 0 for none
 * @param minNanos 0 for none
 * @param share of those, in {@link TelemetryPolicy#WHOLE WHOLEs}
 */
record AccessFilter(int minStatus, long minNanos, int share) {

  static AccessFilter of(AccessLog log) {
    return new AccessFilter(log.getMinStatus(), log.getMinNanos(), log.getMillipercent());
  }

  /**
   * @param status of HTTP, or what stands for the gRPC code
   */
  boolean takes(int status, long nanos, RandomGenerator chance) {
    boolean meant =
        (minStatus == 0 && minNanos == 0)
            || (minStatus > 0 && status >= minStatus)
            || (minNanos > 0 && nanos >= minNanos);
    return meant
        && (share >= TelemetryPolicy.WHOLE || chance.nextInt(TelemetryPolicy.WHOLE) < share);
  }
}
