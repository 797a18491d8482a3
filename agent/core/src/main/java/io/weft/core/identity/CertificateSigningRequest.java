package io.weft.core.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * A new key, and the request to have it certified (PKCS#10). The key is the JDK's, on P-256, and is
 * handed to nobody.
 */
public final class CertificateSigningRequest {
  private final KeyPair keys;
  private final byte[] der;

  private CertificateSigningRequest(KeyPair keys, byte[] der) {
    this.keys = keys;
    this.der = der;
  }

  /** One of a key that did not exist before. */
  public static CertificateSigningRequest create() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair keys = generator.generateKeyPair();
      byte[] der =
          new JcaPKCS10CertificationRequestBuilder(new X500Principal(""), keys.getPublic())
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
              .getEncoded();
      return new CertificateSigningRequest(keys, der);
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException("no key can be made: " + e.getMessage(), e);
    }
  }

  /** PKCS#10, DER. */
  public byte[] der() {
    return der.clone();
  }

  /**
   * The identity that an answer to it makes.
   *
   * @param chain DER, the leaf first
   * @throws CertificateException in one line, if it is no answer to this request
   */
  public Svid answered(List<byte[]> chain) throws CertificateException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> read = new ArrayList<>();
    for (byte[] each : chain) {
      read.add(
          (X509Certificate) factory.generateCertificate(new java.io.ByteArrayInputStream(each)));
    }
    if (read.isEmpty() || !read.get(0).getPublicKey().equals(keys.getPublic())) {
      throw new CertificateException("the certificate is not for the key that was asked for");
    }
    return new Svid(keys.getPrivate(), read, PeerCheck.id(read.get(0)));
  }
}
