package io.weft.it.contract;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** Somebody with a socket, who says something that no library would, and listens to the end. */
enum RawStranger {
  SILENCE(""),
  FIRST_BYTE("\26"),
  HEADER_OF_A_RECORD("\26\3\1\2\0"),
  HALF_A_HELLO(half(hello())),
  HELLO_AND_THEN_SILENCE(hello()),
  LARGEST_RECORD("\26\3\1\377\377" + "\1".repeat(40_000)),
  LARGEST_MESSAGE("\26\3\1\0\4\1\377\377\377"),
  ENDLESS_MESSAGE(("\26\3\1\100\0\1\377\377\377" + "\1".repeat(16_380)).repeat(20)),
  ANOTHER_VERSION("\26\11\11\0\4\1\0\0\0"),
  NO_HANDSHAKE("\26\3\1\0\4ABCD"),
  RANDOM_BYTES(random()),
  RANDOM_RECORD("\26\3\3\2\0" + random().substring(0, 512)),
  HTTP_1("GET /version HTTP/1.1\r\nHost: h\r\n\r\n"),
  FIRST_BYTE_OF_HTTP("G"),
  HTTP_2("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"),
  A_BYTE_A_SECOND(hello()) {
    @Override
    void speak(OutputStream to) throws IOException, InterruptedException {
      for (byte next : bytes()) {
        to.write(next);
        Thread.sleep(1_000);
      }
    }
  };

  /** An alert, or the hello of a server that goes on to demand a certificate; of TLS alone. */
  static final Pattern NOTHING = Pattern.compile("(?s)|[\25\26]\3[\1\3].*");

  // Longer than a handshake may take, and shorter than any server waits by itself.
  private static final int PATIENCE_MILLIS = 18_000;

  private final String said;

  RawStranger(String said) {
    this.said = said;
  }

  /** All that he heard, and whether the server has closed the connection by then. */
  record Heard(String text, boolean closed) {}

  byte[] bytes() {
    return said.getBytes(StandardCharsets.ISO_8859_1);
  }

  void speak(OutputStream to) throws IOException, InterruptedException {
    to.write(bytes());
  }

  /** Connects, and does all that on two of these threads. */
  CompletableFuture<Heard> at(int port, Executor threads) {
    return CompletableFuture.supplyAsync(
        () -> {
          ByteArrayOutputStream heard = new ByteArrayOutputStream();
          try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            threads.execute(() -> speakTo(socket));
            InputStream in = socket.getInputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
              heard.write(next);
            }
          } catch (SocketTimeoutException e) {
            return new Heard(heard.toString(StandardCharsets.ISO_8859_1), false);
          } catch (IOException e) {
            // Reset: closed while something was still on its way.
          }
          return new Heard(heard.toString(StandardCharsets.ISO_8859_1), true);
        },
        threads);
  }

  private void speakTo(Socket socket) {
    try {
      speak(socket.getOutputStream());
    } catch (IOException | InterruptedException e) {
      // Nobody listens any more.
    }
  }

  // As the JDK's client begins.
  private static String hello() {
    try {
      SSLEngine engine = SSLContext.getDefault().createSSLEngine("h", 1);
      engine.setUseClientMode(true);
      engine.beginHandshake();
      ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
      engine.wrap(ByteBuffer.allocate(0), out);
      return new String(out.array(), 0, out.position(), StandardCharsets.ISO_8859_1);
    } catch (GeneralSecurityException | SSLException e) {
      throw new AssertionError(e);
    }
  }

  private static String half(String text) {
    return text.substring(0, text.length() / 2);
  }

  private static String random() {
    byte[] bytes = new byte[2_000];
    new Random(1).nextBytes(bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
