package io.weft.core.call;

import io.weft.core.endpoint.EndpointLoad;
import io.weft.core.thread.AgentThread;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An answered attempt's place among those in flight at its endpoint, given back once: at the end of
 * the answer, or, as the last net, when the application has dropped an answer it never read to its
 * end. Thread-safe.
 */
final class Permit implements Runnable {
  private static final Cleaner NET = Cleaner.create(work -> AgentThread.of("permits", work));

  private final EndpointLoad load;
  private final AtomicBoolean released = new AtomicBoolean();

  Permit(EndpointLoad load) {
    this.load = load;
  }

  /**
   * Has this permit given back when nobody holds the driver any more.
   *
   * @return to be cleaned when the call has ended
   */
  Cleaner.Cleanable heldBy(Object driver) {
    return NET.register(driver, this);
  }

  /** Gives it back. */
  @Override
  public void run() {
    if (released.compareAndSet(false, true)) {
      load.end();
    }
  }
}
