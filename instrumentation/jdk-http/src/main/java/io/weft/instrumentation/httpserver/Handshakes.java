package io.weft.instrumentation.httpserver;

import io.weft.core.log.Log;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Waits for what new connections say, for any number of them on one thread. There are a few of
 * these in a process that serves, started with its first connections, for all its servers.
 */
final class Handshakes implements Runnable {
  private static final Handshakes[] ALL =
      new Handshakes[Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2))];

  // A key whose channel the server has closed keeps the connection until the next selection.
  private static final long LONGEST_SELECTION_MILLIS = 1_000;
  private static final int LARGEST_TEXT = 32_768;
  private static final AtomicInteger NEXT = new AtomicInteger();

  private final Selector selector;
  private final Queue<Runnable> work = new ConcurrentLinkedQueue<>();
  // Of what is decrypted while hands are shaken, nothing is anybody's.
  private final ByteBuffer text = ByteBuffer.allocate(LARGEST_TEXT);

  private Handshakes(Selector selector) {
    this.selector = selector;
  }

  /** The one that the next connection is for. */
  static Handshakes next() {
    int index = Math.floorMod(NEXT.getAndIncrement(), ALL.length);
    synchronized (ALL) {
      Handshakes one = ALL[index];
      if (one == null) {
        one = start(index);
        ALL[index] = one;
      }
      return one;
    }
  }

  private static Handshakes start(int index) {
    try {
      Handshakes one = new Handshakes(Selector.open());
      ThreadGroup group = Thread.currentThread().getThreadGroup();
      while (group.getParent() != null) {
        group = group.getParent();
      }
      Thread thread = new Thread(group, one, "weft-handshakes-" + index, 0, false);
      thread.setDaemon(true);
      thread.setContextClassLoader(null);
      thread.start();
      return one;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Has something done on this thread. */
  void execute(Runnable task) {
    work.add(task);
    selector.wakeup();
  }

  Selector selector() {
    return selector;
  }

  /** Where to decrypt to. */
  ByteBuffer text() {
    return text.clear();
  }

  @Override
  public void run() {
    while (true) {
      try {
        selector.select(selector.keys().isEmpty() ? 0 : LONGEST_SELECTION_MILLIS);
        for (SelectionKey key : selector.selectedKeys()) {
          ((Newcomer) key.attachment()).ready();
        }
        selector.selectedKeys().clear();
        for (Runnable task = work.poll(); task != null; task = work.poll()) {
          task.run();
        }
      } catch (IOException | RuntimeException e) {
        Log.warnOnce("new connections may be stuck: " + e);
      }
    }
  }
}
