package io.weft.it.contract;

import io.weft.it.contract.app.Desk;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where the applications under test lie. */
final class TestApps {
  private TestApps() {}

  /** Those that need the JDK alone. */
  static Path classes() {
    try {
      return Path.of(Desk.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
