package io.weft.demo.orders;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Threads to work on: virtual ones where the JDK has them (from 21 on), else pooled ones. */
final class Workers {
  private Workers() {}

  static ExecutorService forEachTask() {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      return Executors.newCachedThreadPool();
    }
  }
}
