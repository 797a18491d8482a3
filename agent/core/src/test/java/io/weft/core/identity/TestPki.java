package io.weft.core.identity;

import io.weft.api.v1.Trust;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority that certifies whatever a test wants. */
final class TestPki {
  private static final AtomicLong SERIAL = new AtomicLong(1);

  private final PrivateKey key;
  private final X509Certificate root;

  TestPki() {
    KeyPair keys = keys();
    X500Principal name = new X500Principal("CN=root " + SERIAL.incrementAndGet());
    Instant now = Instant.now();
    key = keys.getPrivate();
    root =
        sign(
            new JcaX509v3CertificateBuilder(
                name,
                BigInteger.valueOf(SERIAL.incrementAndGet()),
                Date.from(now.minus(Duration.ofDays(3_650))),
                Date.from(now.plus(Duration.ofDays(3_650))),
                name,
                keys.getPublic()),
            true,
            KeyUsage.keyCertSign,
            List.of(),
            key);
  }

  /** What makes agents believe it. */
  Trust trust(String domain) {
    return Trust.newBuilder().setTrustDomain(domain).putRoots(domain, pem(root)).build();
  }

  static Svid svid(Leaf leaf, TestPki by) {
    KeyPair keys = keys();
    X509Certificate certificate = by.certify(leaf, keys);
    return new Svid(
        keys.getPrivate(),
        List.of(certificate),
        new SpiffeId("weft.local", "/ns/default/sa/whoever"));
  }

  /** Certified by itself alone. */
  static Svid selfSigned(Leaf leaf) {
    KeyPair keys = keys();
    X509Certificate certificate =
        sign(
            leaf.builder(new X500Principal("CN=me"), new X500Principal("CN=me"), keys),
            leaf.authority,
            leaf.usage,
            leaf.uris,
            keys.getPrivate());
    return new Svid(
        keys.getPrivate(),
        List.of(certificate),
        new SpiffeId("weft.local", "/ns/default/sa/whoever"));
  }

  private X509Certificate certify(Leaf leaf, KeyPair keys) {
    return sign(
        leaf.builder(
            root.getSubjectX500Principal(),
            new X500Principal(leaf.uris.isEmpty() ? "CN=nameless" : ""),
            keys),
        leaf.authority,
        leaf.usage,
        leaf.uris,
        key);
  }

  /** A certificate to be. */
  record Leaf(List<String> uris, Instant from, Instant to, boolean authority, int usage) {
    static Leaf of(String... uris) {
      Instant now = Instant.now();
      return new Leaf(
          List.of(uris),
          now.minus(Duration.ofMinutes(10)),
          now.plus(Duration.ofHours(1)),
          false,
          KeyUsage.digitalSignature);
    }

    Leaf valid(Duration from, Duration to) {
      Instant now = Instant.now();
      return new Leaf(uris, now.plus(from), now.plus(to), authority, usage);
    }

    Leaf asAuthority() {
      return new Leaf(uris, from, to, true, KeyUsage.keyCertSign | KeyUsage.digitalSignature);
    }

    private X509v3CertificateBuilder builder(
        X500Principal issuer, X500Principal subject, KeyPair keys) {
      return new JcaX509v3CertificateBuilder(
          issuer,
          BigInteger.valueOf(SERIAL.incrementAndGet()),
          Date.from(from),
          Date.from(to),
          subject,
          keys.getPublic());
    }
  }

  private static X509Certificate sign(
      X509v3CertificateBuilder builder,
      boolean authority,
      int usage,
      List<String> uris,
      PrivateKey by) {
    try {
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(authority))
          .addExtension(Extension.keyUsage, true, new KeyUsage(usage));
      if (!uris.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            true,
            new GeneralNames(
                uris.stream()
                    .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri))
                    .toArray(GeneralName[]::new)));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(by)));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String pem(X509Certificate certificate) {
    try {
      return "-----BEGIN CERTIFICATE-----\n"
          + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
          + "\n-----END CERTIFICATE-----\n";
    } catch (java.security.cert.CertificateEncodingException e) {
      throw new AssertionError(e);
    }
  }
}
