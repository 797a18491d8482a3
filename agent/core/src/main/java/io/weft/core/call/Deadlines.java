package io.weft.core.call;

/**
 * The deadline that the work at hand came with: that of the request being served, if it had one.
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
}
