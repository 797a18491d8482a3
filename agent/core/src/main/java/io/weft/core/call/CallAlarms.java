package io.weft.core.call;

import org.jspecify.annotations.Nullable;

/**
 * The alarms of one call, as few of them as possible really set: only the soonest, and none moved
 * that is merely called off. Confined to the driver of the call.
 */
final class CallAlarms {
  private static final int WAKE = Timer.ALL.size();

  private final Alarms alarms;
  private final Runnable ring;
  private final long[] due = new long[WAKE + 1];
  private int armed;
  private Alarms.@Nullable Alarm set;
  private long setFor;

  /**
   * @param ring called on the alarms' thread: time to look at what is due
   */
  CallAlarms(Alarms alarms, Runnable ring) {
    this.alarms = alarms;
    this.ring = ring;
  }

  void arm(Timer timer, long atNanos) {
    arm(slot(timer), atNanos);
  }

  void disarm(Timer timer) {
    armed &= ~(1 << slot(timer));
  }

  void armWake(long atNanos) {
    arm(WAKE, atNanos);
  }

  /** Whether the time to wake a parked call has come; it is called off then. */
  boolean takeWake(long now) {
    return take(WAKE, now);
  }

  /** Whether the time of a timer has come; it is called off then. */
  boolean take(Timer timer, long now) {
    return take(slot(timer), now);
  }

  /** Sets what the events since the last time have armed. */
  void settle() {
    if (armed == 0) {
      return;
    }
    long soonest = 0;
    boolean found = false;
    for (int i = 0; i < due.length; i++) {
      if ((armed & 1 << i) != 0 && (!found || due[i] - soonest < 0)) {
        soonest = due[i];
        found = true;
      }
    }
    if (set == null || soonest - setFor < 0) {
      clear();
      setFor = soonest;
      set = alarms.at(soonest, ring);
    }
  }

  /** The alarm that was set has rung. */
  void rung() {
    set = null;
  }

  /** Calls everything off. */
  void clear() {
    if (set != null) {
      set.cancel();
      set = null;
    }
  }

  @SuppressWarnings("EnumOrdinal") // A place in a small array, kept nowhere else.
  private static int slot(Timer timer) {
    return timer.ordinal();
  }

  private void arm(int index, long atNanos) {
    due[index] = atNanos;
    armed |= 1 << index;
  }

  private boolean take(int index, long now) {
    if ((armed & 1 << index) == 0 || due[index] - now > 0) {
      return false;
    }
    armed &= ~(1 << index);
    return true;
  }
}
