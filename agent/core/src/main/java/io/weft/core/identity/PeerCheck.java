package io.weft.core.identity;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXCertPathValidatorResult;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a chain proves a SPIFFE ID: by PKIX (RFC 5280) up to a root of its own trust domain, as
 * X.509-SVID demands of leaf and names, and not revoked. Immutable.
 */
final class PeerCheck {
  private static final int URI = 6;
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int KEY_CERT_SIGN = 5;
  private static final int CRL_SIGN = 6;
  private static final int LONGEST_CHAIN = 10;
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

  private final TrustBundle trust;

  PeerCheck(TrustBundle trust) {
    this.trust = trust;
  }

  /** A client's chain, as of a moment. */
  SpiffeId client(X509Certificate[] chain, Instant at) throws CertificateException {
    return check(chain, at, CLIENT_AUTH);
  }

  /**
   * A server's chain, as of a moment.
   *
   * @param expected whom it must prove to be
   */
  SpiffeId server(X509Certificate[] chain, Instant at, String expected)
      throws CertificateException {
    SpiffeId id = check(chain, at, SERVER_AUTH);
    if (!id.toString().equals(expected)) {
      throw new CertificateException("it is " + id + ", not " + expected);
    }
    return id;
  }

  /** Whether a chain that was good at its handshake is good still. */
  void again(List<X509Certificate> chain, Instant at) throws CertificateException {
    check(chain.toArray(X509Certificate[]::new), at, null);
  }

  private SpiffeId check(X509Certificate[] chain, Instant at, @Nullable String use)
      throws CertificateException {
    if (chain.length == 0 || chain.length > LONGEST_CHAIN) {
      throw new CertificateException("it sent a chain of " + chain.length + " certificates");
    }
    X509Certificate leaf = chain[0];
    SpiffeId id = id(leaf);
    checkLeaf(leaf, use);
    Set<TrustAnchor> anchors = trust.anchors().get(id.trustDomain());
    if (anchors == null) {
      throw new CertificateException("trust domain " + id.trustDomain() + " is not trusted here");
    }
    verify(chain, anchors, at);
    Long revokedBefore = trust.revoked().get(id.toString());
    if (revokedBefore != null && leaf.getNotBefore().toInstant().getEpochSecond() < revokedBefore) {
      throw new CertificateException("the certificate of " + id + " has been revoked");
    }
    return id;
  }

  /** The root that a chain which has been checked ends in. */
  X509Certificate root(List<X509Certificate> chain, Instant at) throws CertificateException {
    X509Certificate[] all = chain.toArray(X509Certificate[]::new);
    SpiffeId id = id(all[0]);
    Set<TrustAnchor> anchors = trust.anchors().get(id.trustDomain());
    if (anchors == null) {
      throw new CertificateException("trust domain " + id.trustDomain() + " is not trusted here");
    }
    return verify(all, anchors, at).getTrustAnchor().getTrustedCert();
  }

  private static PKIXCertPathValidatorResult verify(
      X509Certificate[] chain, Set<TrustAnchor> anchors, Instant at) throws CertificateException {
    try {
      PKIXParameters parameters = new PKIXParameters(anchors);
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(at));
      int length = chain.length;
      // Whether a root that is sent along is trusted is for the anchors to say.
      while (length > 1
          && chain[length - 1]
              .getSubjectX500Principal()
              .equals(chain[length - 1].getIssuerX500Principal())) {
        length--;
      }
      return (PKIXCertPathValidatorResult)
          CertPathValidator.getInstance("PKIX")
              .validate(
                  CertificateFactory.getInstance("X.509")
                      .generateCertPath(List.of(chain).subList(0, length)),
                  parameters);
    } catch (GeneralSecurityException e) {
      throw new CertificateException("its certificate does not verify: " + e.getMessage(), e);
    }
  }

  /** The one URI among its names; X.509-SVID, 2. */
  static SpiffeId id(X509Certificate leaf) throws CertificateException {
    Collection<List<?>> names;
    try {
      names = leaf.getSubjectAlternativeNames();
    } catch (CertificateParsingException e) {
      throw new CertificateException("the names in its certificate cannot be read", e);
    }
    String uri = null;
    for (List<?> name : names == null ? List.<List<?>>of() : names) {
      if (name.get(0).equals(URI)) {
        if (uri != null) {
          throw new CertificateException("its certificate names two URIs");
        }
        uri = (String) name.get(1);
      }
    }
    if (uri == null) {
      throw new CertificateException("its certificate names no SPIFFE ID");
    }
    try {
      SpiffeId id = SpiffeId.parse(uri);
      if (id.path().isEmpty()) {
        throw new CertificateException("its certificate names a trust domain, not a workload");
      }
      return id;
    } catch (IllegalArgumentException e) {
      throw new CertificateException("its certificate's URI is " + e.getMessage(), e);
    }
  }

  // X.509-SVID, 4.
  private static void checkLeaf(X509Certificate leaf, @Nullable String use)
      throws CertificateException {
    if (leaf.getBasicConstraints() >= 0) {
      throw new CertificateException("its certificate is an authority's");
    }
    boolean[] usage = leaf.getKeyUsage();
    if (usage == null || !usage[DIGITAL_SIGNATURE] || usage[KEY_CERT_SIGN] || usage[CRL_SIGN]) {
      throw new CertificateException("its certificate's key is not meant for TLS");
    }
    List<String> uses = leaf.getExtendedKeyUsage();
    if (use != null && uses != null && !uses.contains(use)) {
      throw new CertificateException(
          "its certificate is not meant for a " + (use.equals(CLIENT_AUTH) ? "client" : "server"));
    }
  }
}
