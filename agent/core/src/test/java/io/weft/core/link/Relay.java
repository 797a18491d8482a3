package io.weft.core.link;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/** Takes one connection to a server of loopback further, and counts what goes there. */
final class Relay implements AutoCloseable {
  private final ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private final AtomicLong sent = new AtomicLong();
  private final Socket server;

  private Relay(int port) throws IOException {
    server = new Socket(InetAddress.getLoopbackAddress(), port);
  }

  static Relay to(int port) throws IOException {
    Relay relay = new Relay(port);
    start(relay::accept);
    return relay;
  }

  int port() {
    return listening.getLocalPort();
  }

  /** Bytes that have gone to the server. */
  long sent() {
    return sent.get();
  }

  private void accept() {
    try (Socket client = listening.accept()) {
      start(() -> copy(server, client, new AtomicLong()));
      copy(client, server, sent);
    } catch (IOException e) {
      // It is over.
    }
  }

  private static void copy(Socket from, Socket to, AtomicLong count) {
    byte[] buffer = new byte[16 << 10];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        count.addAndGet(length);
        out.write(buffer, 0, length);
      }
    } catch (IOException e) {
      // It is over.
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    listening.close();
  }
}
