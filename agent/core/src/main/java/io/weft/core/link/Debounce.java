package io.weft.core.link;

import java.time.Duration;

/** Runs a task once for many requests in quick succession. Confined to the link's thread. */
final class Debounce {

  private final LinkThread thread;
  private final Duration settles;
  private final Runnable task;
  private boolean requested;

  Debounce(LinkThread thread, Duration settles, Runnable task) {
    this.thread = thread;
    this.settles = settles;
    this.task = task;
  }

  /** Has the task run within the time it takes to settle. */
  void request() {
    if (!requested) {
      requested = true;
      thread.after(settles, this::flush);
    }
  }

  /** Runs the task now if it has been requested. */
  void flush() {
    if (requested) {
      requested = false;
      task.run();
    }
  }
}
