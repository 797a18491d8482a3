package io.weft.core.identity;

import io.weft.api.v1.Revocation;
import io.weft.api.v1.Trust;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Whom to believe: roots by trust domain, and what was revoked. Immutable.
 *
 * @param domain trust domain of this mesh
 * @param revoked by SPIFFE ID: certificates that begin before so many seconds since 1970 are void
 * @param hash of the resource it was made of
 */
public record TrustBundle(
    String domain, Map<String, Set<TrustAnchor>> anchors, Map<String, Long> revoked, String hash) {

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException in one line, if any of it cannot be read
   */
  public static TrustBundle of(Trust trust, String hash) {
    Map<String, Set<TrustAnchor>> anchors = new HashMap<>();
    trust.getRootsMap().forEach((domain, pem) -> anchors.put(domain, roots(domain, pem)));
    if (anchors.isEmpty()) {
      throw new IllegalArgumentException("trust without a root");
    }
    Map<String, Long> revoked = new HashMap<>();
    for (Revocation each : trust.getRevocationsList()) {
      revoked.put(SpiffeId.parse(each.getSpiffeId()).toString(), each.getIssuedBeforeSeconds());
    }
    return new TrustBundle(trust.getTrustDomain(), Map.copyOf(anchors), Map.copyOf(revoked), hash);
  }

  private static Set<TrustAnchor> roots(String domain, String pem) {
    Set<TrustAnchor> roots = new HashSet<>();
    try {
      for (var each :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
        X509Certificate root = (X509Certificate) each;
        if (root.getBasicConstraints() < 0) {
          throw new IllegalArgumentException("a root of " + domain + " is no authority");
        }
        roots.add(new TrustAnchor(root, null));
      }
    } catch (CertificateException e) {
      throw new IllegalArgumentException(
          "the roots of " + domain + " cannot be read: " + e.getMessage(), e);
    }
    if (roots.isEmpty()) {
      throw new IllegalArgumentException("there is no root of " + domain);
    }
    return Set.copyOf(roots);
  }
}
