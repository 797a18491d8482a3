package io.weft.control.store;

import io.weft.control.identity.Pem;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** The authority of an etcd's certificates and of its clients', as an operator would have one. */
final class EtcdPki {
  private final KeyPair keys = keys("EC");
  private final X509Certificate root;
  private long serial = 1;

  /** A certificate and its key. */
  record Holder(X509Certificate certificate, PrivateKey key) {

    byte[] certificatePem() {
      return Pem.of(List.of(certificate)).getBytes(StandardCharsets.US_ASCII);
    }

    /** In the form that openssl writes today. */
    byte[] keyPem() {
      return pem(new PemObject("PRIVATE KEY", key.getEncoded()));
    }

    /** In the form of its algorithm (RFC 8017 or 5915), as cfssl and older openssl write it. */
    byte[] keyPemOfOld() {
      return key instanceof ECPrivateKey ec
          ? pem(
              new PemObject(
                  "EC PRIVATE KEY",
                  der(
                      new org.bouncycastle.asn1.sec.ECPrivateKey(
                          ec.getParams().getOrder().bitLength(),
                          ec.getS(),
                          SECObjectIdentifiers.secp256r1))))
          : pem(key);
    }

    /** What begins as a key with a passphrase does; nobody is meant to open it. */
    byte[] keyPemWithPassphrase() {
      return pem(
          new PemObject(
              "ENCRYPTED PRIVATE KEY",
              der(
                  new EncryptedPrivateKeyInfo(
                      new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2), new byte[64]))));
    }
  }

  EtcdPki() {
    X500Principal name = new X500Principal("CN=etcd root");
    root =
        sign(
            builder(name, keys, Duration.ofDays(-1), Duration.ofDays(1)),
            new BasicConstraints(true),
            List.of());
  }

  X509Certificate root() {
    return root;
  }

  byte[] rootPem() {
    return Pem.of(List.of(root)).getBytes(StandardCharsets.US_ASCII);
  }

  Holder server(String... hosts) {
    return issue("etcd", "EC", Duration.ofDays(-1), Duration.ofDays(1), List.of(hosts));
  }

  Holder client(String name) {
    return issue(name, "EC", Duration.ofDays(-1), Duration.ofDays(1), List.of());
  }

  Holder issue(String name, String algorithm, Duration from, Duration to, List<String> hosts) {
    KeyPair pair = keys(algorithm);
    return new Holder(
        sign(
            builder(new X500Principal("CN=" + name), pair, from, to),
            new BasicConstraints(false),
            hosts),
        pair.getPrivate());
  }

  private X509v3CertificateBuilder builder(
      X500Principal name, KeyPair pair, Duration from, Duration to) {
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
        new X500Principal("CN=etcd root"),
        BigInteger.valueOf(serial++),
        Date.from(now.plus(from)),
        Date.from(now.plus(to)),
        name,
        pair.getPublic());
  }

  private X509Certificate sign(
      X509v3CertificateBuilder builder, BasicConstraints constraints, List<String> hosts) {
    try {
      builder.addExtension(Extension.basicConstraints, true, constraints);
      if (!constraints.isCA()) {
        builder.addExtension(
            Extension.extendedKeyUsage,
            false,
            new ExtendedKeyUsage(
                new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
      }
      if (!hosts.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(
                hosts.stream()
                    .map(
                        host ->
                            new GeneralName(
                                host.matches("[0-9.]+")
                                    ? GeneralName.iPAddress
                                    : GeneralName.dNSName,
                                host))
                    .toArray(GeneralName[]::new)));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static KeyPair keys(String algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(algorithm.equals("RSA") ? 2_048 : 256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] der(ASN1Object what) {
    try {
      return what.getEncoded();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] pem(Object what) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      pem.writeObject(what);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
