package io.weft.core.call;

import java.util.List;

/** The alarms a call can set; at most one of each is armed, and arming again moves it. */
public enum Timer {
  /** The whole call's time. */
  REQUEST,
  /** The time of the attempt in flight that has the least left. */
  PER_TRY,
  /** The pause before the next attempt. */
  BACKOFF,
  /** Silence on a stream whose head has come. */
  IDLE,
  /** The time for which an attempt is held back on purpose. */
  FAULT,
  /** The time after which another attempt is made beside those in flight. */
  HEDGE;

  /** All of them, in the order in which those due at once ring. */
  static final List<Timer> ALL = List.of(values());
}
