package io.weft.core.link;

import java.time.Duration;
import java.util.concurrent.Executor;

/** The one thread on which all of the link's state lives, with its clock. */
interface LinkThread extends Executor {

  /** A clock of arbitrary origin, as {@link System#nanoTime}. */
  long nanoTime();

  /** Runs the task on this thread after the delay, unless cancelled before. */
  Timer after(Duration delay, Runnable task);

  /** A task still to come. */
  interface Timer {
    void cancel();
  }
}
