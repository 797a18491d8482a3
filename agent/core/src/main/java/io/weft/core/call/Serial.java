package io.weft.core.call;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Runs tasks one at a time in the order they came, on threads that bring them, with no lock held.
 * What a task throws reaches whoever runs it, after the rest has had its turn. Thread-safe.
 */
public final class Serial {
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pending = new AtomicInteger();
  private final Consumer<Runnable> runner;

  public Serial() {
    this(Runnable::run);
  }

  /**
   * @param runner runs each task, in its turn
   */
  Serial(Consumer<Runnable> runner) {
    this.runner = runner;
  }

  /** Runs it before this returns, or has the thread that is at work run it. */
  public void run(Runnable task) {
    // Mostly nobody is at work, and nothing needs to wait.
    if (pending.compareAndSet(0, 1)) {
      work(task);
    } else if (add(task)) {
      drain();
    }
  }

  /** The same on an executor's thread. */
  public void run(Runnable task, Executor executor) {
    if (add(task)) {
      executor.execute(this::drain);
    }
  }

  private boolean add(Runnable task) {
    tasks.add(task);
    return pending.getAndIncrement() == 0;
  }

  private void drain() {
    work(tasks.remove());
  }

  private void work(Runnable first) {
    Runnable task = first;
    while (true) {
      try {
        runner.accept(task);
      } catch (RuntimeException | Error e) {
        if (pending.decrementAndGet() != 0) {
          drain();
        }
        throw e;
      }
      if (pending.decrementAndGet() == 0) {
        return;
      }
      task = tasks.remove();
    }
  }
}
