package io.weft.core.registry;

import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the requests this process is serving, so that a stopping process can wait for their end.
 *
 * <p>Thread-safe; each {@link #begin} is answered by exactly one {@link #end}.
 */
public final class InFlight {

  private static final InFlight INBOUND = new InFlight();

  // One counter, not two: begun and ended apart could be read between a request's two halves.
  private final LongAdder count = new LongAdder();

  /** Requests being served by this JVM. */
  public static InFlight inbound() {
    return INBOUND;
  }

  public void begin() {
    count.increment();
  }

  public void end() {
    count.decrement();
  }

  /** Requests begun and not ended; exact once no more begin. */
  public long count() {
    return count.sum();
  }
}
