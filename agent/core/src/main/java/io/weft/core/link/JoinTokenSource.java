package io.weft.core.link;

import io.weft.api.v1.Credential;
import io.weft.core.settings.Settings;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Finds the join token where the settings say; a file is read anew each time, as tokens expire. */
final class JoinTokenSource implements CredentialSource {

  private static final int LARGEST = 4096;

  private final Optional<String> given;
  private final File file;

  JoinTokenSource(Settings settings) {
    this.given = settings.token();
    this.file = settings.tokenFile();
  }

  /**
   * @throws NoCredentialException if there is none, or it is none; says which, where and the mend
   */
  @Override
  public JoinCredential read() throws NoCredentialException {
    String place = given.isPresent() ? "weft.token" : file.toString();
    String text = given.isPresent() ? given.get() : content();
    try {
      JoinToken token = JoinToken.parse(text);
      return new JoinCredential(
          "the join token",
          Credential.newBuilder().setToken(token.credential()).build(),
          ControlRoots.of(token),
          Optional.empty());
    } catch (IllegalArgumentException e) {
      throw new NoCredentialException(
          "the join token in " + place + " cannot be used: " + e.getMessage());
    }
  }

  private String content() throws NoCredentialException {
    try {
      if (file.length() > LARGEST) {
        throw new NoCredentialException("the file " + file + " is too large to hold a join token");
      }
      return Files.readString(file.toPath());
    } catch (NoSuchFileException e) {
      throw new NoCredentialException(
          "there is no join token: set weft.token or weft.token.file, or put it into " + file);
    } catch (IOException e) {
      throw new NoCredentialException("the join token in " + file + " cannot be read: " + e);
    }
  }
}
