package io.weft.core.breaker;

import org.jspecify.annotations.Nullable;

/**
 * Leave to make one call. One of the two methods is to be called, once, whatever becomes of the
 * call. What is told counts for the very state of the breaker that gave the leave, and for none
 * that came after it. Thread-safe.
 */
public interface Admission {
  /**
   * What became of the call.
   *
   * @return why the breaker has opened because of it; null if it has not
   */
  @Nullable String told(boolean failed, long tookNanos, long now);

  /** The call was not made, or says nothing of the callee: another may be made in its place. */
  void release();
}
