package io.weft.it.bench.race;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What was built, and what else takes part. */
record Home(Path root, String envoy) {
  /** As the launcher says, else where the build runs. */
  static Home find() {
    String home = System.getProperty("weft.home");
    Path root = home == null ? upwards() : Path.of(home);
    return new Home(root.toAbsolutePath(), System.getProperty("weft.bench.envoy", "envoy"));
  }

  private static Path upwards() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("mvnw"))) {
      Path parent = folder.getParent();
      if (parent == null) {
        throw new IllegalStateException("not inside the project: start it as ./weft bench");
      }
      folder = parent;
    }
    return folder;
  }

  Path agent() {
    return existing("agent/dist/target/weft-agent.jar");
  }

  Path cli() {
    return existing("control/cli/target/weft-cli.jar");
  }

  Path openTelemetryAgent() {
    return existing("it/bench/target/libraries/opentelemetry-javaagent.jar");
  }

  Path reports() {
    return root.resolve("it/bench/target/race");
  }

  /**
   * The class path of the applications, and nothing else. Of jars alone: the JVM archives no
   * classes where there is a folder.
   */
  List<String> applications() throws IOException {
    return List.of(
        "-cp",
        existing("it/bench/apps/target/weft-bench-apps.jar")
            + System.getProperty("path.separator")
            + Files.readString(existing("it/bench/apps/target/classpath")).strip());
  }

  private Path existing(String relative) {
    Path path = root.resolve(relative);
    if (!Files.exists(path)) {
      throw new IllegalStateException(path + " is missing: build it with ./mvnw package");
    }
    return path;
  }
}
