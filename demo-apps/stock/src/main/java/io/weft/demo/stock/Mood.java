package io.weft.demo.stock;

import java.util.concurrent.ThreadLocalRandom;

/** How the warehouse feels today: how often it fails and how slow it is. Thread-safe. */
final class Mood {
  private volatile int failPercent;
  private volatile int delayMillis;

  void change(int failPercent, int delayMillis) {
    this.failPercent = failPercent;
    this.delayMillis = delayMillis;
  }

  int delayMillis() {
    return delayMillis;
  }

  boolean fails() {
    return ThreadLocalRandom.current().nextInt(100) < failPercent;
  }

  @Override
  public String toString() {
    return "fails " + failPercent + " % of its calls, " + delayMillis + " ms slow";
  }
}
