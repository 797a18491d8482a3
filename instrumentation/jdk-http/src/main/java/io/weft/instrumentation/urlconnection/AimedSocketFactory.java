package io.weft.instrumentation.urlconnection;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * The application's TLS over a socket to one endpoint: server name and certificate check stay those
 * of the host in the URL. The library keeps connections by the very object, so that there is one
 * for each endpoint.
 */
final class AimedSocketFactory extends SSLSocketFactory {
  // Forgotten once no kept connection holds them.
  private static final Map<AimedSocketFactory, WeakReference<AimedSocketFactory>> ALL =
      Collections.synchronizedMap(new WeakHashMap<>());

  private final SSLSocketFactory application;
  private final String address;
  private final int port;

  private AimedSocketFactory(SSLSocketFactory application, String address, int port) {
    this.application = application;
    this.address = address;
    this.port = port;
  }

  /** The one for an endpoint. */
  static AimedSocketFactory to(SSLSocketFactory application, String address, int port) {
    AimedSocketFactory made = new AimedSocketFactory(application, address, port);
    WeakReference<AimedSocketFactory> known = ALL.get(made);
    AimedSocketFactory first = known == null ? null : known.get();
    if (first != null) {
      return first;
    }
    ALL.put(made, new WeakReference<>(made));
    return made;
  }

  @Override
  public Socket createSocket() {
    return new Socket() {
      @Override
      public void connect(SocketAddress ignored, int timeout) throws IOException {
        super.connect(new InetSocketAddress(address, port), timeout);
      }

      @Override
      public void connect(SocketAddress ignored) throws IOException {
        connect(ignored, 0);
      }
    };
  }

  @Override
  public Socket createSocket(Socket socket, String host, int toPort, boolean autoClose)
      throws IOException {
    return application.createSocket(socket, host, toPort, autoClose);
  }

  @Override
  public Socket createSocket(String host, int toPort) throws IOException {
    return application.createSocket(address, port);
  }

  @Override
  public Socket createSocket(String host, int toPort, InetAddress local, int localPort)
      throws IOException {
    return application.createSocket(address, port, local, localPort);
  }

  @Override
  public Socket createSocket(InetAddress host, int toPort) throws IOException {
    return application.createSocket(address, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int toPort, InetAddress local, int localPort)
      throws IOException {
    return application.createSocket(address, port, local, localPort);
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return application.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return application.getSupportedCipherSuites();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AimedSocketFactory that
        && application.equals(that.application)
        && address.equals(that.address)
        && port == that.port;
  }

  @Override
  public int hashCode() {
    return Objects.hash(application, address, port);
  }
}
