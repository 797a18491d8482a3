package io.weft.instrumentation.httpclient;

import io.weft.core.identity.ClientTls;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** Whose TLS the connection speaks that a thread is making. */
final class TlsEngines {
  private static final ThreadLocal<@Nullable ClientTls> MAKING = new ThreadLocal<>();

  private TlsEngines() {}

  /** This thread makes a TLS connection to an address. */
  static void connecting(InetSocketAddress address) {
    ClientTls tls = address instanceof AimedAddress aimed ? aimed.tls() : null;
    if (tls == null) {
      MAKING.remove();
    } else {
      MAKING.set(tls);
    }
  }

  /** What to make its engine from, with parameters of the mesh instead of the client's. */
  static SSLContext context(SSLContext ofClient, SSLParameters parameters) {
    ClientTls tls = MAKING.get();
    if (tls == null) {
      return ofClient;
    }
    MAKING.remove();
    SSLParameters defaults = tls.context().getDefaultSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    parameters.setCipherSuites(defaults.getCipherSuites());
    parameters.setAlgorithmConstraints(defaults.getAlgorithmConstraints());
    tls.prepare(parameters);
    return tls.context();
  }
}
