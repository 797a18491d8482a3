package io.weft.instrumentation.urlconnection;

import io.weft.core.identity.ClientTls;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS over a socket to one endpoint: server name and certificate check stay those of the host in
 * the URL, unless it is made in the application's place. The library keeps connections by the very
 * object, so that there is one for each endpoint.
 */
final class AimedSocketFactory extends SSLSocketFactory {
  // Forgotten once no kept connection holds them.
  private static final Map<AimedSocketFactory, WeakReference<AimedSocketFactory>> ALL =
      Collections.synchronizedMap(new WeakHashMap<>());
  // Those asked for of late, each at the place of its hash, to be found without a lock.
  private static final int PLACES = 256;
  private static final AtomicReferenceArray<@Nullable WeakReference<AimedSocketFactory>> RECENT =
      new AtomicReferenceArray<>(PLACES);

  private final SSLSocketFactory application;
  private final @Nullable ClientTls made;
  private final String address;
  private final int port;

  private AimedSocketFactory(
      SSLSocketFactory application, @Nullable ClientTls made, String address, int port) {
    this.application = application;
    this.made = made;
    this.address = address;
    this.port = port;
  }

  /**
   * The one for an endpoint.
   *
   * @param made whose factory it is, where the TLS is not the application's
   */
  static AimedSocketFactory to(
      SSLSocketFactory application, @Nullable ClientTls made, String address, int port) {
    int place = hash(application, address, port) & PLACES - 1;
    WeakReference<AimedSocketFactory> recent = RECENT.get(place);
    AimedSocketFactory last = recent == null ? null : recent.get();
    if (last != null && last.is(application, address, port)) {
      return last;
    }
    AimedSocketFactory fresh = new AimedSocketFactory(application, made, address, port);
    WeakReference<AimedSocketFactory> known = ALL.get(fresh);
    AimedSocketFactory first = known == null ? null : known.get();
    if (first == null) {
      first = fresh;
      known = new WeakReference<>(fresh);
      ALL.put(fresh, known);
    }
    RECENT.set(place, known);
    return first;
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
    Socket tls = application.createSocket(socket, host, toPort, autoClose);
    if (made != null && tls instanceof SSLSocket secured) {
      SSLParameters parameters = secured.getSSLParameters();
      made.prepare(parameters);
      secured.setSSLParameters(parameters);
    }
    return tls;
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
    return other instanceof AimedSocketFactory that && that.is(application, address, port);
  }

  @Override
  public int hashCode() {
    return hash(application, address, port);
  }

  private boolean is(SSLSocketFactory by, String toAddress, int toPort) {
    return application.equals(by) && address.equals(toAddress) && port == toPort;
  }

  private static int hash(SSLSocketFactory application, String address, int port) {
    return 31 * (31 * application.hashCode() + address.hashCode()) + port;
  }
}
