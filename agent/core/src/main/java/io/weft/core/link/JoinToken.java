package io.weft.core.link;

import java.util.Base64;

/**
 * What lets this agent join a mesh and recognise it: {@code weft1.<id>.<secret>.<root>}.
 *
 * <p>The root's hash stays here; only id and secret are sent, and only to a control that has proved
 * to hold that root.
 */
final class JoinToken {

  private static final int SHA_256_BYTES = 32;

  private final String id;
  private final String secret;
  private final byte[] rootHash;

  private JoinToken(String id, String secret, byte[] rootHash) {
    this.id = id;
    this.secret = secret;
    this.rootHash = rootHash;
  }

  /**
   * @throws IllegalArgumentException if it is no join token; the message never holds the secret
   */
  static JoinToken parse(String text) {
    String[] parts = text.strip().split("\\.", -1);
    if (parts.length != 4
        || !parts[0].equals("weft1")
        || parts[1].isEmpty()
        || parts[2].isEmpty()) {
      throw new IllegalArgumentException(
          "it is not of the form weft1.<id>.<secret>.<root>; copy it whole from control's join-token");
    }
    byte[] hash;
    try {
      hash = Base64.getUrlDecoder().decode(parts[3]);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("its last part is not base64url; it may be cut off", e);
    }
    if (hash.length != SHA_256_BYTES) {
      throw new IllegalArgumentException("its last part is not a SHA-256 hash; it may be cut off");
    }
    return new JoinToken(parts[1], parts[2], hash);
  }

  /** What is sent to control. */
  String credential() {
    return id + "." + secret;
  }

  /** SHA-256 of the DER of the root certificate under which control must present itself. */
  byte[] rootHash() {
    return rootHash.clone();
  }

  @Override
  public String toString() {
    return "weft1." + id + ".***";
  }
}
