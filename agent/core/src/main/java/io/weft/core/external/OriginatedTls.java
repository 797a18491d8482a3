package io.weft.core.external;

import io.weft.core.identity.ClientTls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** TLS that is made in an application's place. It shows no certificate. */
final class OriginatedTls {
  private static final AtomicInteger EPOCHS = new AtomicInteger();

  private OriginatedTls() {}

  /**
   * As control sent it.
   *
   * @throws IllegalArgumentException in one line, if it cannot be made
   */
  static ClientTls of(io.weft.api.v1.OriginatedTls tls) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new NamedTrust(trust(tls.getCaCertificates()))}, null);
      return new ClientTls(
          "", EPOCHS.incrementAndGet(), context, context.getSocketFactory(), tls.getServerName());
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException(
          "no TLS to " + tls.getServerName() + " can be made: " + e.getMessage(), e);
    }
  }

  private static X509ExtendedTrustManager trust(String pem)
      throws GeneralSecurityException, IOException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(pem.isEmpty() ? null : roots(pem));
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager trust) {
        return trust;
      }
    }
    throw new GeneralSecurityException("this JVM does not check names in certificates");
  }

  private static @Nullable KeyStore roots(String pem) throws GeneralSecurityException, IOException {
    KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
    roots.load(null, null);
    for (Certificate each :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(
                new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
      roots.setCertificateEntry("root" + roots.size(), each);
    }
    return roots;
  }
}
