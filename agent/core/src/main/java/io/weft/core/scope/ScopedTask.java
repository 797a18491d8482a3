package io.weft.core.scope;

import java.util.concurrent.Callable;

/** Tasks that work for the request in whose scope they were made. */
public final class ScopedTask {
  private ScopedTask() {}

  /** The task in the scope of the calling thread; the task itself outside of any request. */
  public static Runnable capture(Runnable task) {
    RequestScope scope = RequestScope.current();
    if (scope.isNone()) {
      return task;
    }
    return () -> {
      RequestScope before = scope.install();
      try {
        task.run();
      } finally {
        before.install();
      }
    };
  }

  /** The same for a task with a result. */
  public static <T> Callable<T> capture(Callable<T> task) {
    RequestScope scope = RequestScope.current();
    if (scope.isNone()) {
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
}
