package io.weft.core.call;

import io.weft.core.endpoint.EndpointLoad;
import io.weft.core.limit.Slot;
import io.weft.core.thread.AgentThread;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An answered attempt's place among those in flight at its endpoint, and its call's leave to be
 * made and place among those to its service, given back once: at the end of the answer, or, as the
 * last net, when the application has dropped an answer it never read to its end. Thread-safe.
 */
final class Permit implements Runnable {
  private static final Cleaner NET = Cleaner.create(work -> AgentThread.of("permits", work));

  private final EndpointLoad load;
  private final @Nullable Ticket ticket;
  private final @Nullable Slot slot;
  private final AtomicBoolean released = new AtomicBoolean();

  /**
   * @param ticket the call's; null where it needs none
   * @param slot the call's; null where it needs none
   */
  Permit(EndpointLoad load, @Nullable Ticket ticket, @Nullable Slot slot) {
    this.load = load;
    this.ticket = ticket;
    this.slot = slot;
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
      if (ticket != null) {
        ticket.release();
      }
      if (slot != null) {
        slot.leave();
      }
    }
  }
}
