package io.weft.core.call;

import io.weft.core.config.Destination;

/**
 * What a call wants done, told to its driver while an event is handled.
 *
 * <p>An implementation only takes note; it must not hand an event to the call before the one being
 * handled has returned.
 */
public interface Effects {

  /** Send the request once to {@link Attempt#endpoint()}, as the attempt says. */
  void start(Attempt attempt);

  /**
   * Give this attempt up: close its stream or connection, drop its answer. No event of it is wanted
   * any more, and the application hears nothing of it.
   */
  void cancel(Attempt attempt);

  /**
   * Wake the call with {@link OutboundCall#timer} at this time, on the clock of {@link
   * System#nanoTime}.
   */
  void arm(Timer timer, long atNanos);

  /** Forget such an alarm if it is armed. */
  void disarm(Timer timer);

  /**
   * Nothing can be decided yet: hand over {@link OutboundCall#wake} when the config has come, or it
   * is the call's turn, or at this time.
   */
  void park(long untilNanos);

  /**
   * Send a copy of the request there, as a call of its own whose outcome nobody sees; told before
   * the call's own outcome. Where the library cannot without holding a thread, nothing is done.
   */
  default void mirror(Destination to) {}

  /** Give the application this attempt's answer; the call has decided, and stays to see it end. */
  void commit(Attempt attempt);

  /** Break off the answer of a committed attempt, for this reason. The call is over. */
  void breakOff(Attempt attempt, MeshAnswer why);

  /** Give the application this answer instead. The call is over. */
  void answer(MeshAnswer answer);

  /** Give the application the very failure its library had in this attempt. The call is over. */
  void rethrow(Attempt attempt);
}
