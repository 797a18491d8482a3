package io.weft.core;

import io.weft.core.call.Attempt;
import io.weft.core.call.CallObserver;
import io.weft.core.call.OutboundCall;
import io.weft.core.egress.EgressPolicy;
import io.weft.core.health.HealthChange;
import io.weft.core.log.Log;

/** Keeps the faults of telemetry from the calls it looks at. */
final class QuietObserver implements CallObserver {
  private final CallObserver observer;

  QuietObserver(CallObserver observer) {
    this.observer = observer;
  }

  @Override
  public void callStarted(OutboundCall call) {
    try {
      observer.callStarted(call);
    } catch (RuntimeException | LinkageError e) {
      say(e);
    }
  }

  @Override
  public void attemptStarted(Attempt attempt) {
    try {
      observer.attemptStarted(attempt);
    } catch (RuntimeException | LinkageError e) {
      say(e);
    }
  }

  @Override
  public void attemptHeldBack(Attempt attempt) {
    try {
      observer.attemptHeldBack(attempt);
    } catch (RuntimeException | LinkageError e) {
      say(e);
    }
  }

  @Override
  public void attemptEnded(Attempt attempt) {
    try {
      observer.attemptEnded(attempt);
    } catch (RuntimeException | LinkageError e) {
      say(e);
    }
  }

  @Override
  public void wouldBeDenied(EgressPolicy by, String host) {
    try {
      observer.wouldBeDenied(by, host);
    } catch (RuntimeException | LinkageError e) {
      say(e);
    }
  }

  @Override
  public void healthChanged(HealthChange change) {
    try {
      observer.healthChanged(change);
    } catch (RuntimeException | LinkageError e) {
      say(e);
    }
  }

  @Override
  public void callEnded(OutboundCall call) {
    try {
      observer.callEnded(call);
    } catch (RuntimeException | LinkageError e) {
      say(e);
    }
  }

  private static void say(Throwable fault) {
    Log.warnOnce("fault in telemetry, calls go on: " + fault);
  }
}
