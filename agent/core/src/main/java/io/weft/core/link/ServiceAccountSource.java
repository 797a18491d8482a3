package io.weft.core.link;

import io.weft.api.v1.Credential;
import io.weft.core.settings.Settings;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Reads the service account token that Kubernetes keeps in a file and renews. */
final class ServiceAccountSource implements CredentialSource {
  private static final int LARGEST = 16 * 1024;

  private final File file;
  private final Optional<File> roots;

  ServiceAccountSource(Settings settings) {
    this.file = settings.serviceAccountTokenFile();
    this.roots = settings.controlCaFile();
  }

  @Override
  public JoinCredential read() throws NoCredentialException {
    return new JoinCredential(
        "the service account token",
        Credential.newBuilder().setKubernetesServiceAccountToken(content()).build(),
        ControlRoots.of(roots),
        Optional.empty());
  }

  private String content() throws NoCredentialException {
    String text;
    try {
      if (file.length() > LARGEST) {
        throw new NoCredentialException(
            "the file " + file + " is too large to hold a service account token");
      }
      text = Files.readString(file.toPath()).strip();
    } catch (NoSuchFileException e) {
      throw new NoCredentialException(
          "there is no service account token in "
              + file
              + ": mount a projected volume there, or set weft.kubernetes.token.file");
    } catch (IOException e) {
      throw new NoCredentialException(
          "the service account token in " + file + " cannot be read: " + e);
    }
    if (text.isEmpty()) {
      throw new NoCredentialException("the service account token in " + file + " is empty");
    }
    return text;
  }
}
