package io.weft.core.link;

import io.weft.api.v1.EdgeReport;
import java.util.List;

/**
 * Counters of calls by edge (caller, callee, route, protocol), kept where calls are recorded and
 * sent to control at its interval.
 */
public interface EdgeStats {

  /** What was counted since the last call of this method; starts again from zero. Thread-safe. */
  List<EdgeReport> take();
}
