package io.weft.core.call;

/**
 * A library that sends on the calling thread, as {@link BlockingDriver} uses it.
 *
 * <p>All methods but {@link #abort} are called on the thread that called {@link
 * BlockingDriver#execute}, one after the other. None may decide anything about policy.
 *
 * @param <R> the library's response, its head read and its body still to come
 * @param <X> what the library throws, beside unchecked exceptions
 */
public interface BlockingTransport<R, X extends Exception> {

  /**
   * Sends the request once, to the attempt's endpoint with its authority, target and header edits,
   * and waits for the head of the answer.
   *
   * <p>At most one request may go on the wire: the library's own silent repetitions must be off.
   *
   * @param timeoutNanos the most that this may take, beside the application's own limits, for
   *     libraries that {@link #abort} reaches late; 0 for no further limit
   * @throws X what the library threw; it reaches the application unchanged if no other attempt is
   *     made
   */
  R send(Attempt attempt, long timeoutNanos) throws X;

  /** The head of a response. */
  ResponseHead head(R response);

  /** What a throwable of {@link #send} means; what is not known counts as {@link Failure#RESET}. */
  Failure failure(Attempt attempt, Throwable thrown);

  /** Lets a response go that the application will not see. Must not throw. */
  void discard(R response);

  /**
   * Makes {@link #send} of this attempt, or reading the body of its answer, fail soon. Called from
   * any thread, also when nothing is going on any more; must neither block nor throw.
   */
  void abort(Attempt attempt);

  /** A response that the application takes for one from a server. */
  R answer(MeshAnswer answer);

  /** What the application sees that cancelled while no attempt was in flight. */
  X cancelled();

  /**
   * Sends the request as if there were no mesh: the agent has a fault, and nothing was sent yet.
   */
  R passThrough() throws X;
}
