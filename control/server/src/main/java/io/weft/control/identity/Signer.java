package io.weft.control.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.DefaultSignatureNameFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * A certificate that may sign others, and its key. BouncyCastle shapes what is signed, the JDK
 * signs.
 *
 * @param root that its chain ends in
 */
record Signer(
    PrivateKey key, X509Certificate certificate, X509Certificate root, CaAlgorithm algorithm) {
  /** How much earlier than now a certificate begins, against clocks that differ. */
  static final Duration BACKDATED = Duration.ofMinutes(10);

  private static final Duration LIFE = Duration.ofDays(3_650);
  private static final int LEAST_RSA_BITS = 2_048;
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * One of a new root, whose key signs this one certificate and is forgotten: nobody can steal what
   * is nowhere.
   */
  static Signer create(CaAlgorithm algorithm, String trustDomain, Instant now) {
    try {
      KeyPair rootKey = algorithm.newKey();
      BigInteger serial = serial();
      X500Principal rootName =
          new X500Principal(
              "O=" + trustDomain + ",CN=Weft root " + serial.toString(16).substring(0, 8));
      X509Certificate root =
          sign(
              authority(rootName, rootName, serial, rootKey.getPublic(), 1, trustDomain, now),
              algorithm,
              rootKey.getPrivate());
      KeyPair key = algorithm.newKey();
      X509Certificate intermediate =
          sign(
              authority(
                      rootName,
                      new X500Principal("O=" + trustDomain + ",CN=Weft intermediate"),
                      serial(),
                      key.getPublic(),
                      0,
                      trustDomain,
                      now)
                  .addExtension(
                      Extension.authorityKeyIdentifier,
                      false,
                      new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(root)),
              algorithm,
              rootKey.getPrivate());
      return new Signer(key.getPrivate(), intermediate, root, algorithm);
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * As {@link Issuer#issue}.
   *
   * @param earliest it begins no earlier than that
   */
  List<X509Certificate> issue(
      byte[] request, String spiffeId, Duration life, Instant now, Instant earliest)
      throws IssueException {
    PublicKey proven = provenKey(request);
    Duration back = BACKDATED.compareTo(life) < 0 ? BACKDATED : life.dividedBy(2);
    Instant begin = now.minus(back).isBefore(earliest) ? earliest : now.minus(back);
    Instant end = now.plus(life);
    if (end.isAfter(certificate.getNotAfter().toInstant())) {
      throw new IssueException(
          "the authority's own certificate ends at "
              + certificate.getNotAfter().toInstant()
              + ", before this one would; rotate it: weft ca rotate");
    }
    try {
      X509Certificate leaf =
          sign(
              new JcaX509v3CertificateBuilder(
                      certificate.getSubjectX500Principal(),
                      serial(),
                      Date.from(begin),
                      Date.from(end),
                      new X500Principal(""),
                      proven)
                  .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                  .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                  .addExtension(
                      Extension.extendedKeyUsage,
                      false,
                      new ExtendedKeyUsage(
                          new KeyPurposeId[] {
                            KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                          }))
                  .addExtension(
                      Extension.authorityKeyIdentifier,
                      false,
                      new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate))
                  // RFC 5280, 4.2.1.6: critical, as the subject is empty.
                  .addExtension(Extension.subjectAlternativeName, true, uri(spiffeId)),
              algorithm,
              key);
      return List.of(leaf, certificate);
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static PublicKey provenKey(byte[] request) throws IssueException {
    try {
      JcaPKCS10CertificationRequest read = new JcaPKCS10CertificationRequest(request);
      PublicKey key = read.getPublicKey();
      if (!isStrong(key)) {
        throw new IssueException(
            "the key of the request must be EC on P-256 or larger, Ed25519, or RSA of 2048 bits");
      }
      if (!isSigned(read, key)) {
        throw new IssueException("the request is not signed by its own key");
      }
      return key;
    } catch (IOException
        | GeneralSecurityException
        | OperatorCreationException
        | PKCSException
        | RuntimeException e) {
      throw new IssueException("not a certificate request (PKCS#10, DER): " + e.getMessage());
    }
  }

  // Most of the work of signing. BouncyCastle's verifier does it twice, the second time to let
  // go of what hardware may hold; agents' keys are in memory, and of EC.
  private static boolean isSigned(JcaPKCS10CertificationRequest request, PublicKey key)
      throws GeneralSecurityException, OperatorCreationException, PKCSException, IOException {
    if (!(key instanceof ECPublicKey)) {
      return request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key));
    }
    Signature signature =
        Signature.getInstance(
            new DefaultSignatureNameFinder().getAlgorithmName(request.getSignatureAlgorithm()));
    signature.initVerify(key);
    signature.update(
        request.toASN1Structure().getCertificationRequestInfo().getEncoded(ASN1Encoding.DER));
    return signature.verify(request.getSignature());
  }

  private static boolean isStrong(PublicKey key) {
    return (key instanceof ECPublicKey ec && ec.getParams().getOrder().bitLength() >= 256)
        || (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() >= LEAST_RSA_BITS)
        || key instanceof EdECPublicKey;
  }

  private static X509v3CertificateBuilder authority(
      X500Principal issuer,
      X500Principal name,
      BigInteger serial,
      PublicKey key,
      int pathLength,
      String trustDomain,
      Instant now)
      throws CertIOException, GeneralSecurityException {
    return new JcaX509v3CertificateBuilder(
            issuer, serial, Date.from(now.minus(BACKDATED)), Date.from(now.plus(LIFE)), name, key)
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength))
        .addExtension(
            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
        .addExtension(
            Extension.subjectKeyIdentifier,
            false,
            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key))
        // X.509-SVID, 3.2: a signing certificate names its trust domain.
        .addExtension(Extension.subjectAlternativeName, false, uri("spiffe://" + trustDomain));
  }

  private static GeneralNames uri(String uri) {
    return new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
  }

  private static X509Certificate sign(
      X509v3CertificateBuilder certificate, CaAlgorithm algorithm, PrivateKey by)
      throws OperatorCreationException, GeneralSecurityException {
    return new JcaX509CertificateConverter()
        .getCertificate(
            certificate.build(new JcaContentSignerBuilder(algorithm.signature()).build(by)));
  }

  // RFC 5280, 4.1.2.2: positive, 20 octets at most.
  private static BigInteger serial() {
    return new BigInteger(127, RANDOM).setBit(126);
  }
}
