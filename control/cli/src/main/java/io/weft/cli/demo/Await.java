package io.weft.cli.demo;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for other processes, which give no signal, by asking them again and again. */
final class Await {
  private static final long PAUSE_MILLIS = 50;

  private Await() {}

  /**
   * Whether the condition came true in time. One that throws is not true yet.
   *
   * @throws DemoException if this thread is interrupted, or if the condition throws one
   */
  static boolean until(Duration most, Callable<Boolean> condition) {
    long deadline = System.nanoTime() + most.toNanos();
    while (true) {
      try {
        if (condition.call()) {
          return true;
        }
      } catch (DemoException e) {
        throw e;
      } catch (InterruptedException e) {
        throw interrupted();
      } catch (Exception e) {
        // Whoever is asked is not there yet.
      }
      if (System.nanoTime() - deadline >= 0) {
        return false;
      }
      pause(PAUSE_MILLIS);
    }
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static DemoException interrupted() {
    Thread.currentThread().interrupt();
    return new DemoException("interrupted");
  }
}
