package io.weft.core.call;

/**
 * What the work at hand came with: the deadline of the request being served, if it had one, and
 * which try of its caller's that is.
 */
public interface Deadlines {
  /** There never is one. */
  Deadlines NONE =
      new Deadlines() {
        @Override
        public boolean hasDeadline() {
          return false;
        }

        @Override
        public long deadlineNanos() {
          throw new IllegalStateException("no deadline");
        }
      };

  /** Whether the calling thread works for a request with a deadline. */
  boolean hasDeadline();

  /** That deadline, on the clock of {@link System#nanoTime}. */
  long deadlineNanos();

  /** Which try of whoever up the chain of calls has tried most often; 1 for the first. */
  default int attempt() {
    return 1;
  }
}
