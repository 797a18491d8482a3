package io.weft.core.call;

/**
 * A library that sends on the calling thread, as the blocking driver sees it.
 *
 * @param <R> an answer whose head has come
 * @param <X> what the library throws
 */
public interface BlockingTransport<R, X extends Exception> {

  /**
   * Sends the request once and waits for the head of its answer.
   *
   * @param timeoutNanos at most this long, beside the application's own limits; 0 for no further
   *     limit
   */
  R send(Attempt attempt, long timeoutNanos) throws X;

  /** The head of an answer. */
  ResponseHead head(R answer);

  /** What an exception of {@link #send} means; asked at once after it. */
  Failure classify(Attempt attempt, X failure);

  /**
   * Makes a {@link #send} under way fail soon, or a body being read; from any thread, and for
   * nothing if it is late.
   */
  void abort(Attempt attempt);

  /** Drops an answer that the application will not see. */
  void discard(Attempt attempt, R answer);

  /** An answer of the mesh in the library's terms. */
  R answer(MeshAnswer answer) throws X;

  /** The calling thread was interrupted while the call was not in the library's hands. */
  X interrupted(InterruptedException cause);
}
