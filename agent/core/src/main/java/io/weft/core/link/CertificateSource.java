package io.weft.core.link;

import io.weft.api.v1.Credential;
import io.weft.core.settings.Settings;
import java.io.File;
import java.util.Optional;

/** Reads the certificate that somebody else keeps for this process, such as a SPIRE agent. */
final class CertificateSource implements CredentialSource {
  private final Optional<File> certificate;
  private final Optional<File> key;
  private final Optional<File> roots;

  CertificateSource(Settings settings) {
    this.certificate = settings.certificateFile();
    this.key = settings.keyFile();
    this.roots = settings.controlCaFile();
  }

  @Override
  public JoinCredential read() throws NoCredentialException {
    if (certificate.isEmpty() || key.isEmpty()) {
      throw new NoCredentialException(
          "there is no certificate to join by: set weft.x509.certificate.file and"
              + " weft.x509.key.file");
    }
    return new JoinCredential(
        "the certificate in " + certificate.get(),
        Credential.newBuilder().setX509(true).build(),
        ControlRoots.of(roots),
        Optional.of(ClientCertificate.read(certificate.get(), key.get())));
  }
}
