package io.weft.control.identity;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;

/** What the authority's own keys are. */
public enum CaAlgorithm {
  /** On P-256. */
  ECDSA("EC", 256, "SHA256withECDSA"),
  ED25519("Ed25519", 0, "Ed25519"),
  /** Of 3072 bits. */
  RSA("RSA", 3_072, "SHA256withRSA");

  private final String key;
  private final int bits;
  private final String signature;

  CaAlgorithm(String key, int bits, String signature) {
    this.key = key;
    this.bits = bits;
    this.signature = signature;
  }

  KeyPair newKey() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(key);
    if (bits > 0) {
      generator.initialize(bits);
    }
    return generator.generateKeyPair();
  }

  /** In the JDK's words. */
  String keyAlgorithm() {
    return key;
  }

  /** In the JDK's words. */
  String signature() {
    return signature;
  }
}
