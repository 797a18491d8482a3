package io.weft.core.call;

import io.weft.core.config.Destination;

/**
 * A library that sends without holding a thread, as {@link AsyncDriver} uses it.
 *
 * <p>Methods are called one at a time, with no lock held, on whichever thread brought the event:
 * the application's, the library's or the timers'. They must not block, and hand to the library's
 * own executor whatever may run the application's code. They may tell of events at once, from
 * within. None may decide anything about policy.
 */
public interface AsyncTransport {

  /**
   * Begins to send the request once, to the attempt's endpoint with its authority, target and
   * header edits. What becomes of it is told to {@code progress}, from any thread and even before
   * returning. What this method throws is given to the application, and no other attempt is made.
   *
   * <p>At most one request may go on the wire: the library's own silent repetitions must be off.
   */
  void send(Attempt attempt, AttemptProgress progress);

  /** Gives up an attempt, of which nothing has reached the application, with its answer. */
  void cancel(Attempt attempt);

  /**
   * Makes the same request as a call of its own, to the destination given. Nobody sees what comes
   * of it; what this method throws is dropped. Only called where {@link OutboundRequest#hedgeable}.
   */
  default void mirror(Destination to) {}

  /** Gives the application this attempt's answer, from its head on as it comes. */
  void commit(Attempt attempt);

  /**
   * Breaks off an answer of which the application may have some already. Libraries whose answers
   * end with a status (gRPC) end it with that of {@code why}, others as when a connection breaks.
   */
  void breakOff(Attempt attempt, MeshAnswer why);

  /** Gives the application an answer that it takes for one from a server. */
  void answer(MeshAnswer answer);

  /** Gives the application the very throwable with which this attempt failed. */
  void rethrow(Attempt attempt, Throwable thrown);

  /**
   * Sends the request as if there were no mesh: the agent has a fault, and nothing was sent yet.
   */
  void passThrough();
}
