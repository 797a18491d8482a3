package io.weft.core.link;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts a server whose chain ends in a root that is known by its hash.
 *
 * <p>The server sends that root along. The chain up to it is verified by PKIX (RFC 5280), without
 * revocation; the server's certificate must be meant for TLS servers where it says what it is meant
 * for. The host's name is not asked for: control is known by its root, at whatever address.
 */
final class PinnedRootTrustManager extends X509ExtendedTrustManager {

  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

  private final ControlRoots roots;

  PinnedRootTrustManager(ControlRoots roots) {
    this.roots = roots;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    int root = pinned(chain);
    if (root < 1) {
      throw new CertificateException(
          root < 0
              ? "its certificate does not end in " + roots.name()
              : "it presents the root itself as its certificate");
    }
    try {
      for (int i = 0; i <= root; i++) {
        checkTime(chain[i]);
      }
      if (chain[root].getBasicConstraints() < 0) {
        throw new CertificateException(roots.name() + " is no authority");
      }
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(chain[root], null)));
      parameters.setRevocationEnabled(false);
      CertPathValidator.getInstance("PKIX")
          .validate(
              CertificateFactory.getInstance("X.509")
                  .generateCertPath(Arrays.asList(chain).subList(0, root)),
              parameters);
    } catch (CertificateException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new CertificateException("its certificate does not verify: " + e.getMessage(), e);
    }
    List<String> uses = chain[0].getExtendedKeyUsage();
    if (uses != null && !uses.contains(SERVER_AUTH)) {
      throw new CertificateException("its certificate is not meant for a server");
    }
  }

  // The likeliest reason is a clock, which PKIX does not name.
  private static void checkTime(X509Certificate certificate) throws CertificateException {
    Instant now = Instant.now();
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    if (now.isBefore(from) || now.isAfter(until)) {
      throw new CertificateException(
          "its certificate does not verify: it is valid "
              + (now.isBefore(from) ? "from " + from + " on" : "until " + until)
              + ", and by this machine's clock it is "
              + now.truncatedTo(ChronoUnit.SECONDS)
              + ": set the clock by NTP, or control's");
    }
  }

  private int pinned(X509Certificate[] chain) throws CertificateException {
    for (int i = 0; i < chain.length; i++) {
      if (roots.has(chain[i])) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("the agent serves nobody with this");
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
