package io.weft.cli.demo;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The project's folder, with what was built in it. */
final class Home {
  private final Path root;
  private final Path command;

  private Home(Path root, Path command) {
    this.root = root;
    this.command = command;
  }

  /** The one the launcher names, else the one this very jar was built in. */
  static Home find() {
    Path command;
    try {
      command =
          Path.of(Home.class.getProtectionDomain().getCodeSource().getLocation().toURI())
              .toAbsolutePath();
    } catch (URISyntaxException e) {
      throw new DemoException("cannot tell where this program is: " + e.getMessage());
    }
    String named = System.getProperty("weft.home", "");
    Path root =
        named.isEmpty()
            ? command.resolve("../../../..").normalize()
            : Path.of(named).toAbsolutePath();
    if (!Files.isDirectory(root.resolve("demo-apps"))) {
      throw new DemoException("the demo is part of the project's folder: run ./weft demo there");
    }
    return new Home(root, command);
  }

  /** The agent's jar. */
  Path agent() {
    return built("agent/dist/target/weft-agent.jar");
  }

  /** The jar of one of the shop's applications. */
  Path app(String name) {
    return built("demo-apps/" + name + "/target/" + name + ".jar");
  }

  /** A command of weft, as a command line. */
  List<String> weft(String... arguments) {
    return Jvm.command(List.of("-jar", command.toString()), arguments);
  }

  /** A policy of the demo, by the name of its file. */
  Path policy(String name) {
    return root.resolve("demo-apps/policies").resolve(name);
  }

  /** The text of such a policy. */
  String policyText(String name) {
    try {
      return Files.readString(policy(name));
    } catch (IOException e) {
      throw new DemoException("cannot read " + policy(name) + ": " + e.getMessage());
    }
  }

  /** How a person in the current folder applies such a policy. */
  String applying(String name) {
    Path here = Path.of("").toAbsolutePath();
    String launcher = here.equals(root) ? "./weft" : root.resolve("weft").toString();
    Path file = policy(name);
    return launcher + " apply -f " + (here.equals(root) ? here.relativize(file) : file);
  }

  private Path built(String relative) {
    Path path = root.resolve(relative);
    if (!Files.exists(path)) {
      throw new DemoException(path + " is not built: ./weft demo builds it, or ./mvnw package");
    }
    return path;
  }
}
