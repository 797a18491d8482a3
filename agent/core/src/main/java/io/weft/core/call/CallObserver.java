package io.weft.core.call;

import io.weft.core.egress.EgressPolicy;
import io.weft.core.health.HealthChange;

/**
 * Told of every call as it goes, by the thread that drives it: spans, metrics and reports are made
 * from this. Must be quick and must not throw; what it throws all the same is dropped.
 */
public interface CallObserver {
  /** Sees nothing. */
  CallObserver NONE = new CallObserver() {};

  /**
   * The application makes a call: on its own thread, so that the scope of the work at hand is there
   * to be read. Nothing is decided yet.
   */
  default void callStarted(OutboundCall call) {}

  /**
   * An attempt is about to be sent, on any thread: the moment to say, by {@link Attempt#propagate},
   * what headers carry its trace on.
   */
  default void attemptStarted(Attempt attempt) {}

  /**
   * An attempt that was held back on purpose is about to be sent: what its headers say of the time
   * that is left has changed.
   */
  default void attemptHeldBack(Attempt attempt) {}

  /** An attempt ended: answered to its last byte, failed, or given up. */
  default void attemptEnded(Attempt attempt) {}

  /** A call that a policy in shadow mode would have denied leaves the mesh, unseen otherwise. */
  default void wouldBeDenied(EgressPolicy by, String host) {}

  /** An endpoint is found healthy that was not, or the other way round; not of any call. */
  default void healthChanged(HealthChange change) {}

  /** The call ended, as all its attempts have: the record is complete. Once for each started. */
  default void callEnded(OutboundCall call) {}
}
