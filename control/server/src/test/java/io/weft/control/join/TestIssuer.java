package io.weft.control.join;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
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
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Somebody else than the mesh who issues certificates to services. */
public final class TestIssuer {
  private static final AtomicLong SERIAL = new AtomicLong(1);

  private final KeyPair keys = newKeys();
  private final X509Certificate root;

  /** A chain, the leaf first, and the leaf's key. */
  public record Issued(PrivateKey key, List<X509Certificate> chain) {}

  /** From a moment on, for a year. */
  public TestIssuer(Instant since) {
    this(since, since.plusSeconds(365 * 86_400));
  }

  TestIssuer(Instant since, Instant until) {
    root =
        signed(
            builder(
                "CN=them", keys, since, until, new BasicConstraints(true), KeyUsage.keyCertSign));
  }

  /** The file that control is told of. */
  public Path file(Path folder) throws IOException {
    return Files.writeString(
        Files.createTempFile(folder, "ca", ".pem"), io.weft.control.identity.Pem.of(List.of(root)));
  }

  X509Certificate root() {
    return root;
  }

  PrivateKey key() {
    return keys.getPrivate();
  }

  /** For ten minutes around a moment, of these names, of which those with a scheme are URIs. */
  public Issued issue(Instant now, String... names) {
    return issue(
        now.minusSeconds(300),
        now.plusSeconds(300),
        KeyUsage.digitalSignature,
        KeyPurposeId.id_kp_clientAuth,
        names);
  }

  Issued issue(Instant since, Instant until, int usage, KeyPurposeId purpose, String... names) {
    KeyPair own = newKeys();
    X509v3CertificateBuilder builder =
        builder("CN=service", own, since, until, new BasicConstraints(false), usage);
    try {
      builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
      if (names.length > 0) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                Arrays.stream(names)
                    .map(
                        name ->
                            new GeneralName(
                                name.contains(":")
                                    ? GeneralName.uniformResourceIdentifier
                                    : GeneralName.dNSName,
                                name))
                    .toArray(GeneralName[]::new)));
      }
    } catch (CertIOException e) {
      throw new IllegalStateException(e);
    }
    return new Issued(own.getPrivate(), List.of(signed(builder)));
  }

  private static X509v3CertificateBuilder builder(
      String name,
      KeyPair subject,
      Instant since,
      Instant until,
      BasicConstraints constraints,
      int usage) {
    try {
      return new JcaX509v3CertificateBuilder(
              new X500Principal("CN=them"),
              BigInteger.valueOf(SERIAL.getAndIncrement()),
              Date.from(since),
              Date.from(until),
              new X500Principal(name),
              subject.getPublic())
          .addExtension(Extension.basicConstraints, true, constraints)
          .addExtension(Extension.keyUsage, true, new KeyUsage(usage));
    } catch (CertIOException e) {
      throw new IllegalStateException(e);
    }
  }

  private X509Certificate signed(X509v3CertificateBuilder builder) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
