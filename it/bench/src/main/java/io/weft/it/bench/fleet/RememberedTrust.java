package io.weft.it.bench.fleet;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Verifies the chain of each control once: the work of ten thousand machines is not to be that of
 * one. That control has the key of its certificate is proven in each handshake. Thread-safe.
 */
final class RememberedTrust extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager verifier;
  private final Set<X509Certificate> verified = ConcurrentHashMap.newKeySet();

  RememberedTrust(Path root) throws IOException {
    verifier = Roots.trust(root);
  }

  private void check(X509Certificate[] chain, String authType) throws CertificateException {
    if (!verified.contains(chain[0])) {
      verifier.checkServerTrusted(chain, authType);
      verified.add(chain[0]);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("agents serve nobody");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
