package io.weft.core.identity;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;

/**
 * A new key, and the request to have it certified (PKCS#10). The key is the JDK's, on P-256, and is
 * handed to nobody.
 */
public final class CertificateSigningRequest {
  private static final String ALGORITHM = "SHA256withECDSA";
  private static final X500Name NOBODY = new X500Name(new RDN[0]);

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
          new PKCS10CertificationRequestBuilder(
                  NOBODY, SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()))
              .build(new EcdsaSigner(keys.getPrivate()))
              .getEncoded();
      return new CertificateSigningRequest(keys, der);
    } catch (GeneralSecurityException | IllegalStateException | IOException e) {
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
      read.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(each)));
    }
    if (read.isEmpty() || !read.get(0).getPublicKey().equals(keys.getPublic())) {
      throw new CertificateException("the certificate is not for the key that was asked for");
    }
    return new Svid(keys.getPrivate(), read, PeerCheck.id(read.get(0)));
  }

  /**
   * The JDK's signature. Bouncy Castle's own signer would first learn of every algorithm it knows.
   */
  private static final class EcdsaSigner implements ContentSigner {
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private final PrivateKey key;

    EcdsaSigner(PrivateKey key) {
      this.key = key;
    }

    @Override
    public AlgorithmIdentifier getAlgorithmIdentifier() {
      return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
    }

    @Override
    public OutputStream getOutputStream() {
      return content;
    }

    @Override
    public byte[] getSignature() {
      try {
        Signature signature = Signature.getInstance(ALGORITHM);
        signature.initSign(key);
        signature.update(content.toByteArray());
        return signature.sign();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
