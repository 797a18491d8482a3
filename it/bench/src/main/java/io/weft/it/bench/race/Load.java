package io.weft.it.bench.race;

/**
 * How hard a workload is driven.
 *
 * @param callers threads that call
 * @param rate calls a second of all of them together; 0 if each calls again at once
 */
record Load(int callers, long rate) {
  // Enough that one slow call holds up no other.
  private static final int CALLERS_AT_A_RATE = 32;

  static Load closed(int callers) {
    return new Load(callers, 0);
  }

  static Load open(long rate) {
    return new Load(CALLERS_AT_A_RATE, rate);
  }

  boolean isOpen() {
    return rate > 0;
  }

  @Override
  public String toString() {
    return isOpen() ? rate + " calls/s" : callers == 1 ? "1 caller" : callers + " callers";
  }
}
