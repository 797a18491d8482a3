package io.weft.instrumentation.grpc;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs tasks one at a time in the order they came, on threads that bring them, with no lock held.
 */
final class Serial {
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pending = new AtomicInteger();

  /** Runs it before this returns, or has the thread that is at work run it. */
  void run(Runnable task) {
    if (add(task)) {
      drain();
    }
  }

  /** The same on an executor's thread. */
  void run(Runnable task, Executor executor) {
    if (add(task)) {
      executor.execute(this::drain);
    }
  }

  private boolean add(Runnable task) {
    tasks.add(task);
    return pending.getAndIncrement() == 0;
  }

  // What a task throws reaches whoever runs it, after the rest has had its turn.
  private void drain() {
    do {
      Runnable task = tasks.remove();
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        if (pending.decrementAndGet() != 0) {
          drain();
        }
        throw e;
      }
    } while (pending.decrementAndGet() != 0);
  }
}
