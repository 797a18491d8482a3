package io.weft.it.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** The TLS of a host outside the mesh, in front of a server that speaks plaintext. */
final class TlsFront implements AutoCloseable {
  private final SSLServerSocket listening;
  private final int port;
  private final List<String> names = new CopyOnWriteArrayList<>();

  private TlsFront(SSLServerSocket listening, int port) {
    this.listening = listening;
    this.port = port;
  }

  /**
   * Listens.
   *
   * @param protocol what the server speaks, by its name in ALPN
   */
  static TlsFront of(int port, HostCertificate host, String protocol) {
    try {
      SSLServerSocket socket =
          (SSLServerSocket)
              host.context()
                  .getServerSocketFactory()
                  .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {protocol});
      socket.setSSLParameters(parameters);
      TlsFront front = new TlsFront(socket, port);
      Daemon.start("tls", front::accept);
      return front;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return listening.getLocalPort();
  }

  /** The names that were asked for in handshakes which succeeded. */
  List<String> names() {
    return names;
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() throws IOException {
    while (true) {
      SSLSocket client = (SSLSocket) listening.accept();
      Daemon.start("tls", () -> serve(client));
    }
  }

  private void serve(SSLSocket client) throws IOException {
    try (client) {
      client.startHandshake();
      ((ExtendedSSLSession) client.getSession())
          .getRequestedServerNames()
          .forEach(name -> names.add(((SNIHostName) name).getAsciiName()));
      try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
        server.setTcpNoDelay(true);
        client.setTcpNoDelay(true);
        Daemon.start(
            "tls",
            () -> {
              try (client;
                  server) {
                server.getInputStream().transferTo(client.getOutputStream());
              }
            });
        client.getInputStream().transferTo(server.getOutputStream());
      }
    }
  }
}
