package io.weft.core.call;

/**
 * A library that sends without blocking, as the asynchronous driver sees it. Methods are called one
 * at a time, never while the driver holds a lock.
 */
public interface AsyncTransport {

  /**
   * Sends the request once, and tells {@code progress} what becomes of it, from any thread and even
   * before returning.
   */
  void send(Attempt attempt, AttemptProgress progress);

  /**
   * Closes an attempt's stream or connection and drops what it brought. Before its commit the
   * application hears nothing of it; after it, the library's own exception.
   */
  void cancel(Attempt attempt);

  /** Gives the application this attempt's answer, and passes on what is still to come of it. */
  void commit(Attempt attempt);

  /** Gives the application an answer of the mesh. */
  void answer(MeshAnswer answer);

  /** Gives the application the failure its library had in this attempt. */
  void rethrow(Attempt attempt);

  /**
   * Something of ours failed. If nothing was sent, the library should make the original call; else
   * the application is given an error of its library's.
   */
  void internalError(Throwable fault, boolean nothingSent);
}
