package io.weft.control.join;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertPathValidatorResult;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXCertPathValidatorResult;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Judges X.509-SVIDs that others than this mesh have issued, as the X.509-SVID standard, section 5,
 * has it. What they prove is the namespace and service account of their SPIFFE ID. Thread-safe.
 */
final class ForeignCertificates {
  private static final String NAME = "the certificate";
  private static final int URI = 6;
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int KEY_CERT_SIGN = 5;
  private static final int CRL_SIGN = 6;
  private static final int MOST_IN_CHAIN = 10;
  private static final String ANY_USE = "2.5.29.37.0";
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final Pattern SPIFFE_ID =
      Pattern.compile(
          "spiffe://[a-z0-9._-]{1,255}/ns/(" + Names.LABEL + ")/sa/(" + Names.PRINCIPAL + ")");

  private final Path file;
  private final Set<TrustAnchor> authorities;
  private final Clock clock;

  private ForeignCertificates(Path file, Set<TrustAnchor> authorities, Clock clock) {
    this.file = file;
    this.authorities = authorities;
    this.clock = clock;
  }

  /**
   * Reads whom to believe.
   *
   * @throws IOException in one line, if the file holds no certificates of authorities
   */
  static ForeignCertificates by(Path file, Clock clock) throws IOException {
    Set<TrustAnchor> authorities = new HashSet<>();
    try (InputStream in = Files.newInputStream(file)) {
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        X509Certificate authority = (X509Certificate) each;
        if (authority.getBasicConstraints() < 0) {
          throw new IOException(
              "--join-ca: "
                  + file
                  + " holds a certificate that is no authority's: "
                  + authority.getSubjectX500Principal());
        }
        authorities.add(new TrustAnchor(authority, null));
      }
    } catch (NoSuchFileException e) {
      throw new IOException("--join-ca: there is no file " + file, e);
    } catch (CertificateException e) {
      throw new IOException("--join-ca: " + file + " is not PEM: " + e.getMessage(), e);
    }
    if (authorities.isEmpty()) {
      throw new IOException("--join-ca: " + file + " holds no certificates");
    }
    return new ForeignCertificates(file, authorities, clock);
  }

  /**
   * @param chain that the client of the connection has shown and proven to have the key of, the
   *     leaf first
   */
  Judgement judge(List<X509Certificate> chain) {
    if (chain.isEmpty()) {
      return Refusal.unproven("no certificate was shown on this connection");
    }
    if (chain.size() > MOST_IN_CHAIN) {
      return Refusal.unproven(NAME + " has a chain of " + chain.size());
    }
    X509Certificate leaf = chain.get(0);
    try {
      Instant now = clock.instant();
      if (now.isAfter(leaf.getNotAfter().toInstant())) {
        return Refusal.unproven(NAME + " has expired at " + leaf.getNotAfter().toInstant());
      }
      verify(chain, now);
      String wrong = misuse(leaf);
      return wrong.isEmpty() ? proven(leaf) : Refusal.unproven(NAME + " " + wrong);
    } catch (CertificateExpiredException e) {
      return Refusal.unproven(NAME + " is issued by an authority that has expired");
    } catch (CertPathValidatorException e) {
      return Refusal.unproven(
          NAME
              + (e.getReason() == BasicReason.EXPIRED
                  ? " is issued by an authority that has expired"
                  : e.getReason() == BasicReason.NOT_YET_VALID
                      ? " is not valid yet: compare the clocks of its issuer and of control"
                      : " is of no authority that this control believes (" + file + ")"));
    } catch (GeneralSecurityException e) {
      return Refusal.unproven(NAME + " cannot be read: " + e.getMessage());
    }
  }

  private void verify(List<X509Certificate> chain, Instant now) throws GeneralSecurityException {
    PKIXParameters parameters = new PKIXParameters(authorities);
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(now));
    List<X509Certificate> path = new ArrayList<>(chain);
    // A root that is sent along is no part of the path (RFC 5280, 6.1).
    X509Certificate last = path.get(path.size() - 1);
    if (path.size() > 1
        && authorities.stream().anyMatch(each -> last.equals(each.getTrustedCert()))) {
      path.remove(path.size() - 1);
    }
    CertPathValidatorResult result =
        CertPathValidator.getInstance("PKIX")
            .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
    if (result instanceof PKIXCertPathValidatorResult verified) {
      // Java lets an anchor be as old as it likes.
      verified.getTrustAnchor().getTrustedCert().checkValidity(Date.from(now));
    }
  }

  private static String misuse(X509Certificate leaf) throws CertificateParsingException {
    boolean[] uses = leaf.getKeyUsage();
    if (leaf.getBasicConstraints() >= 0
        || (uses != null && (uses[KEY_CERT_SIGN] || uses[CRL_SIGN]))) {
      return "is an authority's own, and proves no service";
    }
    List<String> purposes = leaf.getExtendedKeyUsage();
    if ((uses != null && !uses[DIGITAL_SIGNATURE])
        || (purposes != null && !purposes.contains(CLIENT_AUTH) && !purposes.contains(ANY_USE))) {
      return "is not meant for clients of TLS";
    }
    return "";
  }

  private static Judgement proven(X509Certificate leaf) throws CertificateParsingException {
    List<String> ids = new ArrayList<>();
    Collection<List<?>> names = leaf.getSubjectAlternativeNames();
    if (names != null) {
      for (List<?> name : names) {
        if (name.get(0).equals(URI)) {
          ids.add(String.valueOf(name.get(1)));
        }
      }
    }
    if (ids.size() != 1) {
      return Refusal.unproven(
          NAME + " must have one URI among its names, its SPIFFE ID, and has " + ids.size());
    }
    Matcher id = SPIFFE_ID.matcher(ids.get(0));
    if (!id.matches()) {
      return Refusal.unproven(
          NAME + " must be of spiffe://<trust domain>/ns/<namespace>/sa/<name>, and is of another");
    }
    return new Joined(
        NAME + " of " + ids.get(0),
        id.group(1),
        id.group(2),
        leaf.getNotBefore().toInstant(),
        leaf.getNotAfter().toInstant(),
        "");
  }
}
