package io.weft.core.link;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Reads the text form of certificates (RFC 7468). */
final class PemFile {
  private PemFile() {}

  /**
   * All certificates of a file, at least one.
   *
   * @param what it is, for messages
   * @throws NoCredentialException in one line, if there is none
   */
  static List<X509Certificate> certificates(String what, File file) throws NoCredentialException {
    List<X509Certificate> all = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file.toPath())) {
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        all.add((X509Certificate) each);
      }
    } catch (NoSuchFileException e) {
      throw new NoCredentialException(what + " is not there: there is no file " + file);
    } catch (IOException | CertificateException e) {
      throw new NoCredentialException(what + " in " + file + " cannot be read: " + e.getMessage());
    }
    if (all.isEmpty()) {
      throw new NoCredentialException(what + " is not in " + file + ", which holds no certificate");
    }
    return all;
  }
}
