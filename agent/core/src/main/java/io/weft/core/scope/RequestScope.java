package io.weft.core.scope;

import org.jspecify.annotations.Nullable;

/**
 * The request that a thread works for. The JVM has one such carrier for all libraries: a server
 * adapter installs the scope of the request it serves, hooks on executors carry it to the threads
 * that work on it, and outbound calls read it. Immutable; installing is confined to the thread.
 *
 * @param trace where in its trace the work belongs
 * @param bounded whether the request came with a deadline
 * @param deadlineNanos that deadline, on the clock of {@link System#nanoTime}
 * @param attempt which try it is of whoever up the chain of calls has tried most often; 1 where
 *     nobody has tried twice
 */
public record RequestScope(TraceContext trace, boolean bounded, long deadlineNanos, int attempt) {
  /** Work for no request. */
  public static final RequestScope NONE = new RequestScope(TraceContext.NONE, false, 0, 1);

  private static final ThreadLocal<@Nullable RequestScope> CURRENT = new ThreadLocal<>();

  /** The scope of the calling thread; {@link #NONE} outside of any request. */
  public static RequestScope current() {
    RequestScope scope = CURRENT.get();
    return scope == null ? NONE : scope;
  }

  /** The same at another place in a trace. */
  public RequestScope withTrace(TraceContext place) {
    return new RequestScope(place, bounded, deadlineNanos, attempt);
  }

  /** The same with a deadline. */
  public RequestScope withDeadline(long atNanos) {
    return new RequestScope(trace, true, atNanos, attempt);
  }

  /**
   * Makes this the scope of the calling thread.
   *
   * @return the scope it had, to be installed again when the work is done
   */
  public RequestScope install() {
    RequestScope before = current();
    // Removed, it would be made anew by whoever looks next.
    CURRENT.set(isNone() ? null : this);
    return before;
  }

  /** Whether there is anything to carry. */
  public boolean isNone() {
    return !bounded && !trace.exists() && attempt == 1;
  }
}
