package io.weft.core.link;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * A certificate that somebody else has issued to this process, and its key.
 *
 * @param chain the leaf first
 */
record ClientCertificate(PrivateKey key, List<X509Certificate> chain) {

  /**
   * Reads both.
   *
   * @throws NoCredentialException in one line, if a file does not hold what it should, or not what
   *     fits the other
   */
  static ClientCertificate read(File certificate, File key) throws NoCredentialException {
    List<X509Certificate> chain = PemFile.certificates("the certificate to join by", certificate);
    PrivateKey own = key(key);
    if (!fits(own, chain.get(0))) {
      throw new NoCredentialException(
          "the key in " + key + " is not that of the certificate in " + certificate);
    }
    return new ClientCertificate(own, chain);
  }

  private static PrivateKey key(File file) throws NoCredentialException {
    try (Reader reader = Files.newBufferedReader(file.toPath());
        PEMParser pem = new PEMParser(reader)) {
      for (Object read = pem.readObject(); read != null; read = pem.readObject()) {
        if (read instanceof PrivateKeyInfo info) {
          return new JcaPEMKeyConverter().getPrivateKey(info);
        }
        if (read instanceof PEMKeyPair pair) {
          return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
        }
      }
    } catch (NoSuchFileException e) {
      throw new NoCredentialException(
          "there is no key to join by in " + file + ": set weft.x509.key.file");
    } catch (IOException | RuntimeException e) {
      throw new NoCredentialException(
          "the key to join by in " + file + " cannot be read: " + e.getMessage());
    }
    throw new NoCredentialException("there is no private key without a password in " + file);
  }

  private static boolean fits(PrivateKey key, X509Certificate certificate) {
    try {
      String algorithm =
          switch (key.getAlgorithm()) {
            case "EC", "ECDSA" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> key.getAlgorithm();
          };
      byte[] text = {1};
      Signature signing = Signature.getInstance(algorithm);
      signing.initSign(key);
      signing.update(text);
      byte[] signed = signing.sign();
      Signature verifying = Signature.getInstance(algorithm);
      verifying.initVerify(certificate.getPublicKey());
      verifying.update(text);
      return verifying.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return chain.get(0).getSubjectX500Principal().getName();
  }
}
