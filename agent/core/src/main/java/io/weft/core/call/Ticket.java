package io.weft.core.call;

import io.weft.core.breaker.Admission;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/** A call's leave to be made, used or given back once, whoever comes first. Thread-safe. */
final class Ticket {
  // One object less for each call.
  private static final AtomicIntegerFieldUpdater<Ticket> USED =
      AtomicIntegerFieldUpdater.newUpdater(Ticket.class, "used");

  private final Admission admission;

  @SuppressWarnings("UnusedVariable") // USED reads it.
  private volatile int used;

  private long tookNanos = -1;

  Ticket(Admission admission) {
    this.admission = admission;
  }

  /** The head of the answer came after so long, and what it is worth is still to come. */
  void answered(long afterNanos) {
    tookNanos = afterNanos;
  }

  /** As {@link Admission#told}, the first time; a call takes no longer than to its head. */
  @Nullable String told(boolean failed, long afterNanos, long now) {
    return USED.compareAndSet(this, 0, 1)
        ? admission.told(failed, tookNanos >= 0 ? tookNanos : afterNanos, now)
        : null;
  }

  /** Gives it back, if it was not used. */
  void release() {
    if (USED.compareAndSet(this, 0, 1)) {
      admission.release();
    }
  }
}
