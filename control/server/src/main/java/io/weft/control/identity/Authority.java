package io.weft.control.identity;

import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The root that agents know control by, in {@code root.pem} and {@code root-key.pem} of the data
 * folder, and the certificates it issues. Replicas of one mesh share the root: whoever adds one
 * copies these two files. Signing is the JDK's; BouncyCastle only shapes certificates and is never
 * registered as a provider.
 */
public final class Authority {
  private static final Duration ROOT_LIFE = Duration.ofDays(3_650);
  private static final Duration SERVER_LIFE = Duration.ofDays(365);

  // A clock that is hours behind keeps no agent from its policies, nor from hearing of it.
  private static final Duration BACKDATED = Duration.ofDays(1);

  private static final SecureRandom RANDOM = new SecureRandom();

  private final PrivateKey key;
  private final X509Certificate root;

  /** A key, its certificate and the root behind it: agents need both. */
  public record ServerCertificate(PrivateKey key, List<X509Certificate> chain) {}

  private Authority(PrivateKey key, X509Certificate root) {
    this.key = key;
    this.root = root;
  }

  /**
   * Reads the root of a folder, or makes one at first start.
   *
   * @throws IOException in one line, if it cannot be read or written
   */
  public static Authority open(Path folder, Instant now) throws IOException {
    Path certificate = folder.resolve("root.pem");
    Path keyFile = folder.resolve("root-key.pem");
    try {
      if (Files.exists(certificate) != Files.exists(keyFile)) {
        throw new IOException(
            certificate + " and " + keyFile + " belong together, and one of them is missing");
      }
      if (Files.exists(certificate)) {
        return new Authority(readKey(keyFile), readCertificate(certificate));
      }
      KeyPair pair = newKey();
      X500Principal name = new X500Principal("CN=Weft root");
      X509Certificate root =
          issue(
              new JcaX509v3CertificateBuilder(
                      name,
                      serial(),
                      Date.from(now.minus(BACKDATED)),
                      Date.from(now.plus(ROOT_LIFE)),
                      name,
                      pair.getPublic())
                  .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                  .addExtension(
                      Extension.keyUsage,
                      true,
                      new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign)),
              pair.getPrivate());
      Secret.write(keyFile, Pem.of("PRIVATE KEY", pair.getPrivate().getEncoded()));
      Files.writeString(certificate, Pem.of(List.of(root)));
      return new Authority(pair.getPrivate(), root);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException(certificate + " does not make a root: " + e.getMessage(), e);
    }
  }

  /** SHA-256 of the root's DER, base64url: what join tokens pin. */
  public String rootHash() {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(MessageDigest.getInstance("SHA-256").digest(root.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A new key and certificate for this process, for the hosts by which it is called. */
  public ServerCertificate serverCertificate(Iterable<String> hosts, Instant now) {
    try {
      KeyPair pair = newKey();
      Set<GeneralName> names = new LinkedHashSet<>();
      for (String host : hosts) {
        boolean literal = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
        names.add(new GeneralName(literal ? GeneralName.iPAddress : GeneralName.dNSName, host));
      }
      X509Certificate certificate =
          issue(
              new JcaX509v3CertificateBuilder(
                      root.getSubjectX500Principal(),
                      serial(),
                      Date.from(now.minus(BACKDATED)),
                      Date.from(now.plus(SERVER_LIFE)),
                      new X500Principal("CN=Weft control"),
                      pair.getPublic())
                  .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                  .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                  .addExtension(
                      Extension.extendedKeyUsage,
                      false,
                      new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                  .addExtension(
                      Extension.authorityKeyIdentifier,
                      false,
                      new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(root))
                  .addExtension(
                      Extension.subjectAlternativeName,
                      false,
                      new GeneralNames(names.toArray(GeneralName[]::new))),
              key);
      return new ServerCertificate(pair.getPrivate(), List.of(certificate, root));
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509Certificate issue(X509v3CertificateBuilder certificate, PrivateKey by)
      throws OperatorCreationException, GeneralSecurityException {
    return new JcaX509CertificateConverter()
        .getCertificate(
            certificate.build(new JcaContentSignerBuilder("SHA256withECDSA").build(by)));
  }

  private static KeyPair newKey() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static BigInteger serial() {
    return new BigInteger(127, RANDOM);
  }

  private static X509Certificate readCertificate(Path file)
      throws IOException, GeneralSecurityException {
    try (var in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static PrivateKey readKey(Path file) throws IOException, GeneralSecurityException {
    StringBuilder base64 = new StringBuilder();
    try (var lines = new java.io.BufferedReader(new StringReader(Files.readString(file)))) {
      lines.lines().filter(line -> !line.startsWith("-----")).forEach(base64::append);
    }
    try {
      return KeyFactory.getInstance("EC")
          .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64.toString())));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is not a private key", e);
    }
  }
}
