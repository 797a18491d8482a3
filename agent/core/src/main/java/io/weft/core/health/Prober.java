package io.weft.core.health;

import io.weft.core.endpoint.Endpoint;
import java.util.function.Consumer;

/** Asks endpoints how they are. Thread-safe. */
interface Prober {
  /**
   * Begins to ask.
   *
   * @param done told once, on any thread, within about the time given
   */
  void ask(Endpoint endpoint, Probe probe, long timeoutNanos, Consumer<Finding> done);
}
