package io.weft.core.limit;

import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A call's place among those in flight, or in the queue for one. To be left once at least, whatever
 * becomes of the call; leaving it again does nothing. Thread-safe.
 */
public final class Slot {
  private enum State {
    WAITING,
    HELD,
    LEFT
  }

  // Two objects less for each call.
  private static final AtomicReferenceFieldUpdater<Slot, State> STATE =
      AtomicReferenceFieldUpdater.newUpdater(Slot.class, State.class, "state");
  private static final AtomicReferenceFieldUpdater<Slot, @Nullable Runnable> WAKE =
      AtomicReferenceFieldUpdater.newUpdater(Slot.class, Runnable.class, "wake");

  private final ConcurrencyLimit limit;
  private volatile State state;

  @SuppressWarnings("UnusedVariable") // WAKE reads it.
  private volatile @Nullable Runnable wake;

  private Slot(ConcurrencyLimit limit, State state) {
    this.limit = limit;
    this.state = state;
  }

  static Slot held(ConcurrencyLimit limit) {
    return new Slot(limit, State.HELD);
  }

  static Slot waiting(ConcurrencyLimit limit) {
    return new Slot(limit, State.WAITING);
  }

  /** Whether the call may be made. */
  public boolean isHeld() {
    return state == State.HELD;
  }

  /**
   * Runs once when the place is held, at once if it is; on the thread of whoever makes place, which
   * must not be kept.
   */
  public void onTurn(Runnable run) {
    wake = run;
    if (isHeld()) {
      wake();
    }
  }

  /** The call is over, or waits no more. */
  public void leave() {
    State before = STATE.getAndSet(this, State.LEFT);
    wake = null;
    if (before == State.HELD) {
      limit.free();
    } else if (before == State.WAITING) {
      limit.gone(this);
    }
  }

  /** Hands it a place; false if nobody waits for it any more. */
  boolean hand() {
    if (!STATE.compareAndSet(this, State.WAITING, State.HELD)) {
      return false;
    }
    wake();
    return true;
  }

  private void wake() {
    Runnable run = WAKE.getAndSet(this, null);
    if (run != null) {
      run.run();
    }
  }
}
