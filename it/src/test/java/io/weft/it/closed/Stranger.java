package io.weft.it.closed;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** Somebody who is not of the mesh, with one connection in plaintext. */
final class Stranger implements AutoCloseable {
  // RFC 9113, 3.4: what a client says first, with empty settings.
  private static final String HTTP_2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";

  private final Socket socket;

  private Stranger(Socket socket) {
    this.socket = socket;
  }

  static Stranger at(int port) {
    try {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(60_000);
      return new Stranger(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Says a line on a connection of its own; what comes back, or nothing if it is closed. */
  static String says(int port, String line) {
    try (Stranger stranger = at(port)) {
      return stranger.says(line);
    }
  }

  /** Asks by HTTP for a path; the whole answer, or nothing if the connection is closed. */
  static String asks(int port, String path) {
    try (Stranger stranger = at(port)) {
      stranger.send("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      return stranger.rest();
    }
  }

  /** Begins HTTP/2; the head of the first frame, or nothing if the connection is closed. */
  static String beginsHttp2(int port) {
    try (Stranger stranger = at(port)) {
      stranger.send(HTTP_2);
      return stranger.read(9);
    }
  }

  String says(String line) {
    send(line + "\n");
    return read(line.length() + 1).strip();
  }

  private void send(String text) {
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    } catch (SocketException e) {
      // It is closed, as reading will tell.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String read(int length) {
    try {
      return new String(socket.getInputStream().readNBytes(length), StandardCharsets.ISO_8859_1);
    } catch (SocketException e) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String rest() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      InputStream in = socket.getInputStream();
      in.transferTo(all);
    } catch (SocketException e) {
      // It is closed.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
