package io.weft.it.contract.app;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Threads as a modern application would use them. */
final class Threads {
  private Threads() {}

  /** A virtual thread for each task where the JDK has them, else one of a pool. */
  static ExecutorService perTask() {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException e) {
      return Executors.newCachedThreadPool();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
