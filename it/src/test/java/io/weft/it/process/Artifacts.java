package io.weft.it.process;

import java.nio.file.Files;
import java.nio.file.Path;

/** What the build packaged, as a user would get it. */
public final class Artifacts {
  private static final Path ROOT = root();

  private Artifacts() {}

  /** The agent jar. */
  public static Path agentJar() {
    return existing("agent/dist/target/weft-agent.jar");
  }

  /** The command's runnable jar, which is control as well. */
  public static Path cliJar() {
    return existing("control/cli/target/weft-cli.jar");
  }

  /** Something else the build made, by its path from the project's root. */
  public static Path existing(String relative) {
    Path path = ROOT.resolve(relative);
    if (!Files.exists(path)) {
      throw new IllegalStateException(path + " is missing: build it with ./mvnw package");
    }
    return path;
  }

  private static Path root() {
    Path dir = Path.of("").toAbsolutePath();
    while (!Files.exists(dir.resolve("mvnw"))) {
      Path parent = dir.getParent();
      if (parent == null) {
        throw new IllegalStateException("not inside the project: " + Path.of("").toAbsolutePath());
      }
      dir = parent;
    }
    return dir;
  }
}
