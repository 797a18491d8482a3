package io.weft.it.contract;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Very many connections from several addresses that never come to anything: half of them say
 * nothing, half the first byte of TLS.
 */
final class HalfOpen implements AutoCloseable {
  private static final int ADDRESSES = 10;
  // The queue of connections to be accepted is 50 long where nobody says otherwise.
  private static final int AT_ONCE = 32;

  private final int number;
  private final InetSocketAddress target;
  private final Selector selector;
  private final List<SocketChannel> channels = new ArrayList<>();
  private final CountDownLatch connected;
  private final CountDownLatch closed;
  private final Thread thread = new Thread(this::run, "half-open");
  private volatile boolean over;

  private HalfOpen(int number, int port) throws IOException {
    this.number = number;
    this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.selector = Selector.open();
    this.connected = new CountDownLatch(number);
    this.closed = new CountDownLatch(number);
  }

  /** Begins to connect. */
  static HalfOpen connections(int number, int port) {
    try {
      HalfOpen made = new HalfOpen(number, port);
      made.thread.setDaemon(true);
      made.thread.start();
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until all have been connected; whether they have. */
  boolean awaitConnected() {
    return await(connected);
  }

  /** Waits until the server has closed them all; whether it has. */
  boolean awaitClosed() {
    return await(closed);
  }

  /** How many are connected now. */
  long open() {
    return number - connected.getCount() - (number - closed.getCount());
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(60, SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private void run() {
    try {
      int begun = 0;
      while (!over && closed.getCount() > 0) {
        while (begun < number && begun - (number - connected.getCount()) < AT_ONCE) {
          begin(begun++);
        }
        selector.select(100);
        for (SelectionKey key : selector.selectedKeys()) {
          if (key.isConnectable()) {
            greet(key);
          } else {
            hear(key);
          }
        }
        selector.selectedKeys().clear();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void begin(int index) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channels.add(channel);
    channel.configureBlocking(false);
    channel.bind(new InetSocketAddress("127.0.0." + (2 + index % ADDRESSES), 0));
    SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT, index);
    if (channel.connect(target)) {
      greet(key);
    }
  }

  private void greet(SelectionKey key) throws IOException {
    SocketChannel channel = (SocketChannel) key.channel();
    channel.finishConnect();
    if ((int) key.attachment() / ADDRESSES % 2 == 0) {
      channel.write(ByteBuffer.wrap(new byte[] {0x16}));
    }
    key.interestOps(SelectionKey.OP_READ);
    connected.countDown();
  }

  private void hear(SelectionKey key) throws IOException {
    SocketChannel channel = (SocketChannel) key.channel();
    try {
      if (channel.read(ByteBuffer.allocate(100)) >= 0) {
        return;
      }
    } catch (IOException e) {
      // Reset: closed, too.
    }
    channel.close();
    closed.countDown();
  }

  @Override
  public void close() {
    over = true;
    try {
      thread.join();
      for (SocketChannel channel : channels) {
        channel.close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
