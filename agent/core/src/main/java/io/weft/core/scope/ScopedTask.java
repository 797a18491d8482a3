package io.weft.core.scope;

import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RunnableFuture;

/** Tasks that work for the request in whose scope they were handed over. */
public final class ScopedTask {
  private ScopedTask() {}

  /**
   * The task in the scope of the calling thread. The task itself outside of any request, if it is
   * null (the JDK refuses that in its own words), and if it is a future: what that runs was
   * captured when it was made, and who made it looks for the very object.
   */
  public static Runnable capture(Runnable task) {
    RequestScope scope = RequestScope.current();
    if (task == null
        || scope.isNone()
        || task instanceof InScope
        || (task instanceof RunnableFuture && !(task instanceof ForkJoinTask))) {
      return task;
    }
    return new InScope(task, scope);
  }

  /** The same for a task with a result. */
  public static <T> Callable<T> capture(Callable<T> task) {
    RequestScope scope = RequestScope.current();
    if (scope.isNone() || task == null) {
      return task;
    }
    return () -> {
      RequestScope before = scope.install();
      try {
        return task.call();
      } finally {
        before.install();
      }
    };
  }

  private record InScope(Runnable task, RequestScope scope) implements Runnable {
    @Override
    public void run() {
      RequestScope before = scope.install();
      try {
        task.run();
      } finally {
        before.install();
      }
    }
  }
}
