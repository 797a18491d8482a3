package io.weft.core.telemetry;

import io.weft.api.v1.AccessLog;
import io.weft.core.explain.Stages;
import java.util.ArrayList;
import java.util.List;
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

  /** In words, such as {@code a line of the log if the status is 500 or more}. */
  String says() {
    List<String> conditions = new ArrayList<>();
    if (minStatus > 0) {
      conditions.add("the status is " + minStatus + " or more");
    }
    if (minNanos > 0) {
      conditions.add("it takes " + Stages.time(minNanos) + " or more");
    }
    return (share < TelemetryPolicy.WHOLE ? "for " + Stages.share(share) + " " : "")
        + "a line of the log"
        + (conditions.isEmpty() ? "" : " if " + String.join(", or ", conditions));
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
