package io.weft.core.call;

import io.weft.core.log.Log;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the agent's own faults on the way of calls. After a few of them the agent stands aside: it
 * is a guest, and what failed again and again will fail once more. Thread-safe.
 */
public final class Faults {
  private static final int TOO_MANY = 10;

  private final AtomicInteger count = new AtomicInteger();
  private volatile boolean tooMany;

  /** One more. */
  void count(Throwable fault) {
    StackTraceElement[] trace = fault.getStackTrace();
    Log.warnOnce(
        "fault in the agent, the call goes on without it: "
            + fault
            + (trace.length == 0 ? "" : " at " + trace[0]));
    if (count.incrementAndGet() == TOO_MANY) {
      tooMany = true;
      Log.error(TOO_MANY + " faults in the agent: calls are left untouched until a restart");
    }
  }

  /** How many there were. */
  int counted() {
    return count.get();
  }

  /** Whether calls are to be left untouched. */
  public boolean tooMany() {
    return tooMany;
  }
}
