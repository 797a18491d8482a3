package io.weft.core.link;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/** The link's thread under a clock that the test turns: tasks run in {@link #advance} alone. */
final class ManualLinkThread implements LinkThread {

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::order));
  private long now;
  private long order;

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public void execute(Runnable work) {
    after(Duration.ZERO, work);
  }

  @Override
  public Timer after(Duration delay, Runnable work) {
    Task task = new Task(now + delay.toNanos(), order++, work);
    tasks.add(task);
    return () -> tasks.remove(task);
  }

  /** Runs what is due now. */
  void run() {
    advance(Duration.ZERO);
  }

  /** Turns the clock, running each task at its time. */
  void advance(Duration duration) {
    long until = now + duration.toNanos();
    while (!tasks.isEmpty() && tasks.element().at() <= until) {
      Task task = tasks.remove();
      now = Math.max(now, task.at());
      task.work().run();
    }
    now = until;
  }

  private record Task(long at, long order, Runnable work) {}
}
