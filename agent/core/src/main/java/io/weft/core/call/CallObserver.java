package io.weft.core.call;

/**
 * Told of every call as it goes, by the thread that drives it: spans, metrics and reports are made
 * from this. Must be quick and must not throw; what it throws all the same is dropped.
 */
public interface CallObserver {
  /** Sees nothing. */
  CallObserver NONE = new CallObserver() {};

  /** A call was routed; its rule is known, unless it was answered at once. */
  default void callStarted(OutboundCall call) {}

  /** An attempt is about to be sent: the moment to say what headers carry its trace on. */
  default void attemptStarted(Attempt attempt) {}

  /** An attempt ended: answered to its last byte, failed, or given up. */
  default void attemptEnded(Attempt attempt) {}

  /** The call ended; all its attempts have. */
  default void callEnded(OutboundCall call) {}
}
