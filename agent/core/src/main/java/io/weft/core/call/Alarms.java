package io.weft.core.call;

/** Time, as drivers need it. Thread-safe. */
public interface Alarms {

  /** Those of this JVM, on one daemon thread. */
  static Alarms shared() {
    return SharedAlarms.INSTANCE;
  }

  /** A clock of arbitrary origin, as {@link System#nanoTime}. */
  long nanoTime();

  /**
   * Has something done at a time, or soon if that is past; on a thread that must not be blocked.
   */
  Alarm at(long nanoTime, Runnable ring);

  /** Something still to be done. */
  interface Alarm {
    /** Best effort: it may just be ringing. */
    void cancel();
  }
}
