package io.weft.instrumentation.httpclient;

import io.weft.core.identity.ClientTls;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** Whose TLS the connection speaks that a thread is making. */
final class TlsEngines {
  private static final List<String> HTTP = List.of("http");
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

  /** The pseudo headers of a request to this very URI object. */
  static HttpHeaders meantScheme(URI uri, HttpHeaders pseudo) {
    Aim aim = Aim.of(uri);
    if (aim == null
        || !(aim.address() instanceof AimedAddress aimed)
        || aimed.tls() == null
        || !aimed.tls().isMutual()) {
      return pseudo;
    }
    Map<String, List<String>> headers = new HashMap<>(pseudo.map());
    headers.put(":scheme", HTTP);
    return HttpHeaders.of(headers, (name, value) -> true);
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
