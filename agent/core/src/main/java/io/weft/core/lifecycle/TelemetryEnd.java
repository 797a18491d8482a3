package io.weft.core.lifecycle;

import java.time.Duration;

/** The exporters of spans and metrics, at the end of the process. */
@FunctionalInterface
public interface TelemetryEnd {

  /** Sends what is recorded and stops; returns by the time given, sent or not. Never throws. */
  void flush(Duration atMost);
}
