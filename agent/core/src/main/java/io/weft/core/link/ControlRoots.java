package io.weft.core.link;

import java.io.File;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The roots that control may present itself under.
 *
 * @param name for messages
 * @param hashes SHA-256 of the DER of each, hexadecimal; at least one
 */
record ControlRoots(String name, List<String> hashes) {
  private static final int SHORT = 16;

  ControlRoots {
    hashes = List.copyOf(hashes);
  }

  /** The one that a join token names. */
  static ControlRoots of(JoinToken token) {
    return new ControlRoots(
        "the root that the join token names", List.of(HexFormat.of().formatHex(token.rootHash())));
  }

  /**
   * Those of a file.
   *
   * @throws NoCredentialException in one line, if there is none
   */
  static ControlRoots of(Optional<File> file) throws NoCredentialException {
    if (file.isEmpty()) {
      throw new NoCredentialException(
          "control's root is not known: set weft.control.ca.file to a copy of its root.pem");
    }
    List<String> hashes = new ArrayList<>();
    for (X509Certificate root : PemFile.certificates("control's root", file.get())) {
      try {
        hashes.add(hash(root));
      } catch (CertificateException e) {
        throw new NoCredentialException(
            "control's root in " + file.get() + " cannot be read: " + e.getMessage());
      }
    }
    return new ControlRoots("a root of " + file.get(), hashes);
  }

  boolean has(X509Certificate certificate) throws CertificateException {
    return hashes.contains(hash(certificate));
  }

  /** A short name of the mesh, the same for all that name its root first. */
  String mesh() {
    return hashes.get(0).substring(0, SHORT);
  }

  private static String hash(X509Certificate certificate) throws CertificateException {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    } catch (CertificateException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new CertificateException(e);
    }
  }
}
