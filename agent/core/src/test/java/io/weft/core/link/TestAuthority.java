package io.weft.core.link;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A root of its own, and the certificates it issues. */
public final class TestAuthority {

  private static final AtomicLong SERIAL = new AtomicLong(1);

  private final KeyPair key = newKey();
  private final X509Certificate root = issue("root", key, "root", key, true, null, -2, 1);

  /** A certificate, its key and the chain up to the root. */
  public record Issued(KeyPair key, List<X509Certificate> chain) {}

  public Issued server() {
    return issued("control", KeyPurposeId.id_kp_serverAuth, -2, 1);
  }

  public Issued clientOnly() {
    return issued("client", KeyPurposeId.id_kp_clientAuth, -2, 1);
  }

  public Issued expired() {
    return issued("control", KeyPurposeId.id_kp_serverAuth, -2, -1);
  }

  public Issued early() {
    return issued("control", KeyPurposeId.id_kp_serverAuth, 1, 2);
  }

  /** Claims to come from this authority but is signed by another key. */
  public Issued forged() {
    KeyPair own = newKey();
    return new Issued(
        own,
        List.of(
            issue("control", own, "root", newKey(), false, KeyPurposeId.id_kp_serverAuth, -2, 1),
            root));
  }

  public X509Certificate root() {
    return root;
  }

  public byte[] rootHash() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(root.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A join token of id {@code id} and secret {@code secret}. */
  public String token() {
    return "weft1.id.secret." + Base64.getUrlEncoder().withoutPadding().encodeToString(rootHash());
  }

  private Issued issued(String name, KeyPurposeId use, int from, int to) {
    KeyPair own = newKey();
    return new Issued(own, List.of(issue(name, own, "root", key, false, use, from, to), root));
  }

  private static X509Certificate issue(
      String name,
      KeyPair subject,
      String issuer,
      KeyPair signer,
      boolean authority,
      @Nullable KeyPurposeId use,
      int from,
      int to) {
    try {
      Instant now = Instant.now();
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Principal("CN=" + issuer),
              BigInteger.valueOf(SERIAL.getAndIncrement()),
              Date.from(now.plus(from, ChronoUnit.DAYS)),
              Date.from(now.plus(to, ChronoUnit.DAYS)),
              new X500Principal("CN=" + name),
              subject.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (use != null) {
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(use));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
