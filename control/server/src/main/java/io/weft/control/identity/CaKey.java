package io.weft.control.identity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key under which the authority's private key stands in the store: 256 bits in a file of its
 * owner, which replicas share and the store never sees. AES-GCM with a nonce of its own for each
 * text.
 */
final class CaKey {
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path file;
  private final SecretKeySpec key;

  private CaKey(Path file, byte[] key) {
    this.file = file;
    this.key = new SecretKeySpec(key, "AES");
  }

  /**
   * Reads a key, or makes one where there is no file.
   *
   * @throws IOException in one line, if it is none
   */
  static CaKey open(Path file) throws IOException {
    if (!Files.exists(file)) {
      byte[] made = new byte[KEY_BYTES];
      RANDOM.nextBytes(made);
      Secret.write(file, Base64.getEncoder().encodeToString(made) + "\n");
    }
    try {
      byte[] read = Base64.getDecoder().decode(Files.readString(file).strip());
      if (read.length == KEY_BYTES) {
        return new CaKey(file, read);
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new IOException(file + " must hold 32 bytes in base64, such as openssl rand -base64 32");
  }

  /** Sealed for one purpose: under another it does not open. */
  String seal(byte[] secret, String purpose) {
    try {
      byte[] nonce = new byte[NONCE_BYTES];
      RANDOM.nextBytes(nonce);
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, purpose).doFinal(secret);
      return Base64.getEncoder()
          .encodeToString(
              ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * What was sealed.
   *
   * @throws IOException in one line, if it was sealed under another key, or has been changed since
   */
  byte[] open(String sealed, String purpose) throws IOException {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(sealed));
      byte[] nonce = new byte[NONCE_BYTES];
      bytes.get(nonce);
      byte[] rest = new byte[bytes.remaining()];
      bytes.get(rest);
      return cipher(Cipher.DECRYPT_MODE, nonce, purpose).doFinal(rest);
    } catch (AEADBadTagException e) {
      throw new IOException(
          file
              + " does not open the authority's key in the store: give every replica the file of the"
              + " first (--ca-key-file)",
          e);
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new IOException("the authority's key in the store cannot be read: " + e, e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, String purpose) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
