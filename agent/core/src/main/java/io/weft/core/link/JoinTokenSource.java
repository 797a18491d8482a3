package io.weft.core.link;

import io.weft.core.settings.Settings;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Finds the join token where the settings say; a file is read anew each time, as tokens expire. */
final class JoinTokenSource {

  private static final int LARGEST = 4096;

  private final Optional<String> given;
  private final File file;

  JoinTokenSource(Settings settings) {
    this.given = settings.token();
    this.file = settings.tokenFile();
  }

  /**
   * @throws NoTokenException if there is none, or it is none; says which, where and the mend
   */
  JoinToken read() throws NoTokenException {
    String place = given.isPresent() ? "weft.token" : file.toString();
    String text = given.isPresent() ? given.get() : content();
    try {
      return JoinToken.parse(text);
    } catch (IllegalArgumentException e) {
      throw new NoTokenException(
          "the join token in " + place + " cannot be used: " + e.getMessage());
    }
  }

  private String content() throws NoTokenException {
    try {
      if (file.length() > LARGEST) {
        throw new NoTokenException("the file " + file + " is too large to hold a join token");
      }
      return Files.readString(file.toPath());
    } catch (NoSuchFileException e) {
      throw new NoTokenException(
          "there is no join token: set weft.token or weft.token.file, or put it into " + file);
    } catch (IOException e) {
      throw new NoTokenException("the join token in " + file + " cannot be read: " + e);
    }
  }
}
