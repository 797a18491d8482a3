package io.weft.it.contract;

import java.io.IOException;

/** Threads that pass on what two sides say, until one of them is gone. */
final class Daemon {
  private Daemon() {}

  /** What such a thread does; it ends in silence where that fails. */
  interface Work {
    void run() throws IOException;
  }

  static void start(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // One of both sides is gone, or has not believed the other.
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }
}
