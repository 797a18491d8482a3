package io.weft.it.contract;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 server in the test's own hands, down to the bytes; in plaintext, and once it has an
 * {@link #identity} in mutual TLS as well, whichever a connection begins with. Thread-safe; a
 * thread a connection.
 */
final class ScriptedServer implements AutoCloseable {
  /** What it does with a request whose head it has read. */
  interface Script {
    void serve(Request request, Reply reply) throws IOException;
  }

  // A TLS connection's first byte (RFC 8446, 5.1).
  private static final int HANDSHAKE = 0x16;

  private final ServerSocket socket;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile @Nullable SSLContext identity;
  private volatile Script script = (request, reply) -> reply.send(200, "");

  /** Listens. */
  ScriptedServer(String address, int port) {
    try {
      socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(address), port));
    } catch (IOException e) {
      throw new UncheckedIOException(address + ":" + port, e);
    }
    start("accepting at " + authority(), this::accept);
  }

  /** host:port. */
  String authority() {
    return socket.getInetAddress().getHostAddress() + ":" + socket.getLocalPort();
  }

  /** From now on it proves to be somebody, to whoever proves to be of the same mesh. */
  void identity(SSLContext tls) {
    identity = tls;
  }

  /** From now on it does this. */
  void script(Script newScript) {
    script = newScript;
  }

  /** Requests whose heads it has read since it was {@link #reset}. */
  List<Request> requests() {
    return List.copyOf(requests);
  }

  /** Connections it has accepted since. */
  int connections() {
    return connections.get();
  }

  /** Forgets what was, and answers 200 to all. */
  void reset() {
    script = (request, reply) -> reply.send(200, "");
    requests.clear();
    connections.set(0);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.forEach(ScriptedServer::end);
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = socket.accept();
        connections.incrementAndGet();
        open.add(connection);
        start("serving at " + authority(), () -> serve(connection));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket wire) {
    try (wire) {
      wire.setTcpNoDelay(true);
      PushbackInputStream bytes = new PushbackInputStream(wire.getInputStream());
      int first = bytes.read();
      if (first < 0) {
        return;
      }
      bytes.unread(first);
      SSLContext tls = identity;
      if (first == HANDSHAKE && tls != null) {
        try (SSLSocket secured = shake(wire, tls, bytes.readNBytes(1))) {
          serve(wire, secured, secured.getInputStream());
        }
      } else {
        serve(wire, wire, bytes);
      }
    } catch (IOException e) {
      // The client went, or the script ended the connection.
    } finally {
      open.remove(wire);
    }
  }

  private static SSLSocket shake(Socket wire, SSLContext tls, byte[] read) throws IOException {
    SSLSocket secured =
        (SSLSocket) tls.getSocketFactory().createSocket(wire, new ByteArrayInputStream(read), true);
    secured.setUseClientMode(false);
    secured.setNeedClientAuth(true);
    // To whoever speaks nothing but HTTP/2, as if it did too: it is to be heard.
    secured.setHandshakeApplicationProtocolSelector(
        (socket, offered) -> offered.contains("http/1.1") ? "http/1.1" : offered.get(0));
    secured.startHandshake();
    return secured;
  }

  private void serve(Socket wire, Socket connection, InputStream from) throws IOException {
    InputStream in = new BufferedInputStream(from);
    for (String head = head(in); !head.isEmpty(); head = head(in)) {
      Request request = Request.parse(head, in, connection instanceof SSLSocket);
      requests.add(request);
      script.serve(request, new Reply(wire, connection));
      request.body();
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int last = 0;
    for (int b = in.read(); b >= 0; b = in.read()) {
      head.write(b);
      last = last << 8 | b;
      if (last == 0x0d0a0d0a) {
        return head.toString(StandardCharsets.ISO_8859_1);
      }
    }
    return "";
  }

  private static void end(Socket connection) {
    try {
      connection.close();
    } catch (IOException e) {
      // It is to end.
    }
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * One request.
   *
   * @param head all its bytes up to the body, read as ISO 8859-1
   * @param headers by their names in lower case; values of one name joined by commas
   * @param secured whether it came by mutual TLS
   */
  record Request(
      String head,
      String method,
      String target,
      Map<String, String> headers,
      Body content,
      boolean secured) {
    static Request parse(String head, InputStream in, boolean secured) {
      String[] lines = head.split("\r\n");
      String[] first = lines[0].split(" ");
      Map<String, String> headers = new TreeMap<>();
      for (int i = 1; i < lines.length; i++) {
        int colon = lines[i].indexOf(':');
        headers.merge(
            lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
            lines[i].substring(colon + 1).strip(),
            (one, next) -> one + "," + next);
      }
      return new Request(head, first[0], first[1], headers, new Body(in, headers), secured);
    }

    String header(String name) {
      return headers.getOrDefault(name, "");
    }

    /** Its body, which is waited for; once read it stays. */
    byte[] body() throws IOException {
      return content.read();
    }
  }

  /** The body of a request, read when it is asked for. */
  static final class Body {
    private final InputStream in;
    private final Map<String, String> headers;
    private byte[] read;

    Body(InputStream in, Map<String, String> headers) {
      this.in = in;
      this.headers = headers;
    }

    synchronized byte[] read() throws IOException {
      if (read == null) {
        if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
          read = chunks();
        } else {
          int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
          byte[] body = in.readNBytes(length);
          if (body.length < length) {
            throw new IOException("the body ends early");
          }
          read = body;
        }
      }
      return read;
    }

    private byte[] chunks() throws IOException {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (int size = Integer.parseInt(line(), 16); ; size = Integer.parseInt(line(), 16)) {
        body.write(in.readNBytes(size));
        line();
        if (size == 0) {
          return body.toByteArray();
        }
      }
    }

    private String line() throws IOException {
      StringBuilder line = new StringBuilder();
      for (int b = in.read(); b != '\n'; b = in.read()) {
        if (b < 0) {
          throw new IOException("the body ends early");
        }
        line.append((char) b);
      }
      return line.toString().strip();
    }
  }

  /** The way to answer a request. */
  static final class Reply {
    private final Socket wire;
    private final Socket connection;

    /**
     * @param connection the wire itself, or the TLS on it
     */
    Reply(Socket wire, Socket connection) {
      this.wire = wire;
      this.connection = connection;
    }

    /** A whole answer with its length; headers as {@code Name: value}. */
    void send(int status, String body, String... headers) throws IOException {
      send(status, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    void send(int status, byte[] body, String... headers) throws IOException {
      StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Some Reason\r\n");
      for (String header : headers) {
        head.append(header).append("\r\n");
      }
      if (status != 204 && status != 304) {
        head.append("Content-Length: ").append(body.length).append("\r\n");
      }
      raw(head.append("\r\n").toString());
      connection.getOutputStream().write(body);
    }

    /** These bytes. */
    void raw(String text) throws IOException {
      OutputStream out = connection.getOutputStream();
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    /** Waits until the client ends the connection; false if it sends more instead. */
    boolean awaitEnd() throws IOException {
      try {
        return connection.getInputStream().read() < 0;
      } catch (SocketException | SSLException e) {
        return true;
      }
    }

    /** Ends the connection in peace (FIN). */
    void end() throws IOException {
      connection.close();
    }

    /** Breaks the connection (RST). */
    void reset() throws IOException {
      wire.setSoLinger(true, 0);
      wire.close();
    }
  }
}
