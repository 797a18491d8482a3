package io.weft.control.identity;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Certificate requests as agents make them. */
public final class Requests {
  private Requests() {}

  /** Of a new key. */
  public static byte[] request() throws Exception {
    KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
    keys.initialize(256);
    return request(keys.generateKeyPair(), "SHA256withECDSA");
  }

  /** Of a key, signed with it. */
  public static byte[] request(KeyPair keys, String algorithm) throws Exception {
    return new JcaPKCS10CertificationRequestBuilder(
            new X500Principal("CN=whatever"), keys.getPublic())
        .build(new JcaContentSignerBuilder(algorithm).build(keys.getPrivate()))
        .getEncoded();
  }
}
