package io.weft.core.telemetry;

import io.weft.core.call.Attempt;
import io.weft.core.call.Failure;
import io.weft.core.call.MeshAnswer;
import io.weft.core.call.OutboundCall;
import io.weft.core.call.Protocol;
import java.util.Locale;

/**
 * How a call ended for its caller.
 *
 * @param failed whether the caller must take it for the callee's or the mesh's fault
 * @param cause in a word, from a small set; empty if it did not fail
 */
record Outcome(boolean failed, String cause) {
  private static final Outcome GOOD = new Outcome(false, "");
  private static final int[] GRPC_SERVER_FAULTS = {2, 4, 12, 13, 14, 15};

  static Outcome of(OutboundCall call) {
    MeshAnswer answer = call.answer();
    if (answer != null) {
      return answer.status() >= 500 ? new Outcome(true, "mesh-" + answer.status()) : GOOD;
    }
    Attempt last = call.lastAttempt();
    if (last == null || call.isCancelled()) {
      return GOOD;
    }
    return of(last, call.request().protocol());
  }

  /** How an attempt ended. */
  static Outcome of(Attempt attempt, Protocol protocol) {
    Failure failure = attempt.failure();
    if (failure != null) {
      return new Outcome(
          failure != Failure.APPLICATION,
          failure.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
    if (protocol == Protocol.GRPC) {
      return ofGrpcCode(attempt.grpcCode());
    }
    return attempt.status() >= 500 ? new Outcome(true, "http-" + attempt.status()) : GOOD;
  }

  static Outcome ofGrpcCode(int code) {
    for (int fault : GRPC_SERVER_FAULTS) {
      if (code == fault) {
        return new Outcome(true, "grpc-" + code);
      }
    }
    return GOOD;
  }
}
