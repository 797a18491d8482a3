package io.weft.control.store;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/** Reads what {@link EtcdAccess} names, and says of each file in one line what is wrong with it. */
final class Credentials {
  private Credentials() {}

  /**
   * TLS to etcd by these files. Names of hosts are checked by gRPC, for each endpoint its own.
   *
   * @throws IllegalArgumentException in one line, if a file cannot be used
   */
  static SslContext tls(EtcdAccess access, Instant now) {
    SslContextBuilder tls =
        GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK);
    Path roots = access.roots();
    if (roots != null) {
      tls.trustManager(certificates("--etcd-ca", roots));
    }
    Path certificate = access.certificate();
    Path key = access.key();
    if (certificate != null && key != null) {
      X509Certificate[] chain = certificates("--etcd-cert", certificate);
      inTime(chain[0], certificate, now);
      PrivateKey secret = key(key);
      if (!belongs(secret, chain[0].getPublicKey())) {
        throw new IllegalArgumentException(
            "--etcd-key " + key + " is not the key of the certificate in " + certificate);
      }
      tls.keyManager(secret, chain);
    }
    try {
      return tls.build();
    } catch (SSLException e) {
      throw new IllegalArgumentException("no TLS to etcd: " + e.getMessage(), e);
    }
  }

  /**
   * The password in a file, without the line's end.
   *
   * @throws IllegalArgumentException in one line, if there is none
   */
  static String password(Path file) {
    String text = new String(read("--etcd-password-file", file), StandardCharsets.UTF_8).strip();
    if (text.isEmpty() || text.lines().count() > 1) {
      throw new IllegalArgumentException(
          "--etcd-password-file " + file + " must hold the password, in one line");
    }
    return text;
  }

  private static X509Certificate[] certificates(String option, Path file) {
    List<X509Certificate> read = new ArrayList<>();
    try {
      CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(read(option, file)))
          .forEach(each -> read.add((X509Certificate) each));
    } catch (CertificateException e) {
      read.clear();
    }
    if (read.isEmpty()) {
      throw new IllegalArgumentException(
          option + " " + file + " must hold certificates, PEM (BEGIN CERTIFICATE)");
    }
    return read.toArray(X509Certificate[]::new);
  }

  private static void inTime(X509Certificate certificate, Path file, Instant now) {
    Instant begin = certificate.getNotBefore().toInstant();
    Instant end = certificate.getNotAfter().toInstant();
    if (now.isAfter(end)) {
      throw new IllegalArgumentException(
          "--etcd-cert " + file + " ended at " + end + ": put a new certificate there");
    }
    if (now.isBefore(begin)) {
      throw new IllegalArgumentException(
          "--etcd-cert "
              + file
              + " begins only at "
              + begin
              + ", and this machine's clock says "
              + now
              + ": is the clock right?");
    }
  }

  private static PrivateKey key(Path file) {
    String text = new String(read("--etcd-key", file), StandardCharsets.US_ASCII);
    try (PEMParser pem = new PEMParser(new StringReader(text))) {
      JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
      for (Object each = pem.readObject(); each != null; each = pem.readObject()) {
        if (each instanceof PrivateKeyInfo key) {
          return converter.getPrivateKey(key);
        }
        if (each instanceof PEMKeyPair pair) {
          return converter.getPrivateKey(pair.getPrivateKeyInfo());
        }
        if (each instanceof PEMEncryptedKeyPair || each instanceof PKCS8EncryptedPrivateKeyInfo) {
          throw new IllegalArgumentException(
              "--etcd-key "
                  + file
                  + " is encrypted: write it without a passphrase, readable by control's user alone"
                  + " (openssl pkey)");
        }
      }
    } catch (IOException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "--etcd-key " + file + " must hold a private key, PEM (BEGIN PRIVATE KEY)");
  }

  private static boolean belongs(PrivateKey key, PublicKey to) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    try {
      byte[] text = new byte[32];
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(to);
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static byte[] read(String option, Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(option + " " + file + " is not there", e);
    } catch (AccessDeniedException e) {
      throw new IllegalArgumentException(option + " " + file + " may not be read by this user", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          option + " " + file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
