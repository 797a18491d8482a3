package io.weft.core.egress;

import io.weft.api.v1.Report;
import io.weft.core.config.Source;
import io.weft.core.identity.MeshTls;
import io.weft.core.inbound.DenialCounts;
import io.weft.core.inbound.DenialLog;

/**
 * Tells of calls that were denied, or would have been: in the log, and to control. Thread-safe,
 * without a lock.
 */
public final class EgressDenials {
  private static final EgressDenials OF_THIS_PROCESS = new EgressDenials();

  private final DenialLog log = new DenialLog();
  private final DenialCounts counts = new DenialCounts();

  private EgressDenials() {}

  /** Those of this JVM. */
  public static EgressDenials ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /** A call was denied, or would have been. */
  public void denied(Source by, String host, boolean shadow) {
    String own = MeshTls.current().ownId();
    counts.count(own.isEmpty() ? "unknown" : own, by.withGeneration(), shadow);
    log.denied(
        by + (shadow ? " (shadow)" : ""),
        () -> "a call to " + host + (shadow ? ", which was made all the same" : ""));
  }

  /** Adds what was counted since the last call. */
  public void addTo(Report.Builder report) {
    counts.addTo(report);
  }
}
