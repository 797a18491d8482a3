package io.weft.it.bench;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority that certifies for a day, with ECDSA on P-256. */
public final class BenchAuthority {
  private static final X500Principal NAME = new X500Principal("CN=bench");

  private final PrivateKey key;
  private final X509Certificate root;

  /** A key, and whose it is. */
  public record Certified(PrivateKey key, X509Certificate certificate) {}

  public BenchAuthority()
      throws GeneralSecurityException, CertIOException, OperatorCreationException {
    KeyPair keys = keys();
    key = keys.getPrivate();
    X509v3CertificateBuilder builder = builder(NAME, keys.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
    root = sign(builder);
  }

  /** What whoever trusts it must hold. */
  public X509Certificate root() {
    return root;
  }

  String pem() {
    try {
      return "-----BEGIN CERTIFICATE-----\n"
          + Base64.getMimeEncoder().encodeToString(root.getEncoded())
          + "\n-----END CERTIFICATE-----\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Certifies a new key for a SPIFFE ID and addresses. */
  public Certified certify(String id, String... addresses)
      throws GeneralSecurityException, CertIOException, OperatorCreationException {
    List<GeneralName> names = new ArrayList<>();
    names.add(new GeneralName(GeneralName.uniformResourceIdentifier, id));
    for (String address : addresses) {
      names.add(new GeneralName(GeneralName.iPAddress, address));
    }
    KeyPair keys = keys();
    X509v3CertificateBuilder builder = builder(new X500Principal(""), keys.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    builder.addExtension(
        Extension.subjectAlternativeName,
        true,
        new GeneralNames(names.toArray(GeneralName[]::new)));
    return new Certified(keys.getPrivate(), sign(builder));
  }

  private static X509v3CertificateBuilder builder(X500Principal subject, PublicKey of) {
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
        NAME,
        BigInteger.valueOf(System.nanoTime()).abs(),
        Date.from(now.minus(Duration.ofMinutes(10))),
        Date.from(now.plus(Duration.ofDays(1))),
        subject,
        of);
  }

  private X509Certificate sign(X509v3CertificateBuilder builder)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
  }

  private static KeyPair keys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }
}
