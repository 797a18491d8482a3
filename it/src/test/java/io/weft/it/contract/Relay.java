package io.weft.it.contract;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A way to a server that breaks what a client says into small pieces, as networks may. */
final class Relay implements AutoCloseable {
  private static final int RECORD_HEADER = 5;

  /** How it does. */
  enum Pieces {
    /** Each byte is a segment of TCP. */
    BYTES {
      @Override
      void pass(InputStream from, OutputStream to) throws IOException {
        for (int next = from.read(); next >= 0; next = from.read()) {
          to.write(next);
        }
      }
    },

    /** The first record of TLS becomes many (RFC 8446, 5.1), and its header is alone at first. */
    RECORDS {
      @Override
      void pass(InputStream from, OutputStream to) throws IOException {
        DataInputStream in = new DataInputStream(from);
        byte[] header = in.readNBytes(RECORD_HEADER);
        byte[] hello = in.readNBytes(((header[3] & 0xff) << 8) | (header[4] & 0xff));
        for (int at = 0; at < hello.length; at += 20) {
          int length = Math.min(20, hello.length - at);
          to.write(new byte[] {header[0], header[1], header[2], 0, (byte) length});
          to.write(hello, at, length);
        }
        from.transferTo(to);
      }
    };

    abstract void pass(InputStream from, OutputStream to) throws IOException;
  }

  private final ServerSocket listening;
  private final int port;
  private final Pieces pieces;

  private Relay(ServerSocket listening, int port, Pieces pieces) {
    this.listening = listening;
    this.port = port;
    this.pieces = pieces;
  }

  static Relay to(int port, Pieces pieces) {
    try {
      Relay relay =
          new Relay(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()), port, pieces);
      Daemon.start("relay", relay::accept);
      return relay;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return listening.getLocalPort();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = listening.accept();
      Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
      server.setTcpNoDelay(true);
      Daemon.start("relay", () -> pass(client, server, pieces::pass));
      Daemon.start("relay", () -> pass(server, client, InputStream::transferTo));
    }
  }

  private static void pass(Socket from, Socket to, Passing how) throws IOException {
    try (from;
        to) {
      how.pass(from.getInputStream(), to.getOutputStream());
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Passing {
    void pass(InputStream from, OutputStream to) throws IOException;
  }
}
