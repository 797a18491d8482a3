package io.weft.it.mesh;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority that is not the mesh's: for an API server, and for services that have one. */
final class Issuer {
  private final KeyPair keys = newKeys();
  private final X509Certificate root;

  Issuer() {
    root = signed(builder("CN=them", keys, Duration.ofDays(1), true));
  }

  /** Where its root is. */
  Path root(Path folder) throws IOException {
    return Files.writeString(
        Files.createTempFile(folder, "root", ".pem"), pem("CERTIFICATE", encoded(root)));
  }

  /** Files of a certificate and of its key. */
  record Issued(Path certificate, Path key) {}

  /** A service's certificate with URIs among its names; of no life if it has ended. */
  Issued issue(Path folder, Duration left, String... uris) throws IOException {
    KeyPair own = newKeys();
    X509Certificate leaf =
        signed(
            named(
                builder("CN=service", own, left, false),
                Arrays.stream(uris)
                    .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri))
                    .toArray(GeneralName[]::new)));
    return new Issued(
        Files.writeString(
            Files.createTempFile(folder, "certificate", ".pem"), pem("CERTIFICATE", encoded(leaf))),
        Files.writeString(
            Files.createTempFile(folder, "key", ".pem"),
            pem("PRIVATE KEY", own.getPrivate().getEncoded())));
  }

  /** What a server on 127.0.0.1 needs for TLS. */
  SSLContext server() throws GeneralSecurityException, IOException {
    KeyPair own = newKeys();
    X509Certificate leaf =
        signed(
            named(
                builder("CN=server", own, Duration.ofDays(1), false),
                new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("server", own.getPrivate(), new char[0], new Certificate[] {leaf});
    KeyManagerFactory shown =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    shown.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(shown.getKeyManagers(), null, null);
    return context;
  }

  private static X509v3CertificateBuilder builder(
      String name, KeyPair subject, Duration left, boolean authority) {
    Instant now = Instant.now();
    try {
      return new JcaX509v3CertificateBuilder(
              new X500Principal("CN=them"),
              BigInteger.valueOf(System.nanoTime()),
              Date.from(now.minus(Duration.ofHours(1))),
              Date.from(now.plus(left)),
              new X500Principal(name),
              subject.getPublic())
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
    } catch (CertIOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509v3CertificateBuilder named(
      X509v3CertificateBuilder builder, GeneralName... names) {
    try {
      return names.length == 0
          ? builder
          : builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
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

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String type, byte[] der) {
    byte[] lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encode(der);
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(type, new String(lines, StandardCharsets.US_ASCII), type);
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
