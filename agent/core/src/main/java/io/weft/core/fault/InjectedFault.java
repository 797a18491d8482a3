package io.weft.core.fault;

import io.weft.core.call.MeshAnswer;
import io.weft.core.config.Source;
import io.weft.core.explain.Stages;
import java.util.ArrayList;
import java.util.List;

/**
 * What one request suffers on purpose.
 *
 * @param shadow whether it is spared, and this is only what it would have suffered
 * @param delayNanos how long it is held back; 0 for not at all
 * @param status what is answered in place of the callee, after the delay; 0 for nothing
 * @param grpcCode the same for gRPC
 */
public record InjectedFault(
    Source source, boolean shadow, long delayNanos, int status, int grpcCode) {

  /** Whether it is answered in the callee's place. */
  public boolean aborts() {
    return status > 0;
  }

  /** What is answered then. */
  public MeshAnswer answer() {
    return new MeshAnswer(status, grpcCode, source + " injected", List.of());
  }

  /** What it suffers, in words: {@code held back for 2s, answered on purpose}. */
  public String says() {
    List<String> parts = new ArrayList<>();
    if (delayNanos > 0) {
      parts.add("held back for " + Stages.time(delayNanos));
    }
    if (aborts()) {
      parts.add("answered on purpose");
    }
    return String.join(", ", parts) + (shadow ? " (shadow)" : "");
  }

  /** What is answered to one whose time is gone before the delay is. */
  public MeshAnswer late() {
    return new MeshAnswer(504, 4, source + " delayed beyond the deadline", List.of());
  }
}
