package io.weft.cli.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The container engine of this machine, by its command. */
final class Docker {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration PULL = Duration.ofMinutes(5);

  private Docker() {}

  /** Why containers cannot be used; empty if they can. */
  static Optional<String> obstacle() {
    if (Command.onPath("docker").isEmpty()) {
      return Optional.of("Docker is not on PATH");
    }
    Command.Result version =
        Command.run(SOON, "docker", "version", "--format", "{{.Server.Version}}");
    return version.succeeded() ? Optional.empty() : Optional.of("no Docker engine answers");
  }

  /** The first of these images that is on this machine, else the first one, pulled; or why not. */
  static Image image(List<String> images, Consumer<String> say) {
    for (String image : images) {
      if (Command.run(SOON, "docker", "image", "inspect", image).succeeded()) {
        return new Image(image, "");
      }
    }
    String official = images.get(0);
    say.accept("pulling " + official);
    Command.Result pull = Command.run(PULL, "docker", "pull", "--quiet", official);
    return pull.succeeded()
        ? new Image(official, "")
        : new Image("", "the image " + official + " cannot be pulled (" + pull.lastLine() + ")");
  }

  /**
   * Runs a container until the stage is ended; its ports can be reached on loopback alone.
   *
   * @param ports port on this machine to port in the container
   * @param entrypoint program to run; empty: the image's own
   * @return why not, in words; empty if it runs
   */
  static String run(
      Stage stage,
      String name,
      String image,
      Map<Integer, Integer> ports,
      String entrypoint,
      List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("docker", "run", "-d", "--rm", "--name", name));
    ports.forEach(
        (here, there) -> command.addAll(List.of("-p", "127.0.0.1:" + here + ":" + there)));
    if (!entrypoint.isEmpty()) {
      command.addAll(List.of("--entrypoint", entrypoint));
    }
    command.add(image);
    command.addAll(arguments);
    Command.Result[] run = new Command.Result[1];
    stage.setUp(
        () -> run[0] = Command.run(SOON, command.toArray(String[]::new)),
        () -> Command.run(SOON, "docker", "rm", "--force", "--volumes", name));
    return run[0].succeeded() ? "" : run[0].lastLine();
  }

  /** An image that is here, or why there is none. */
  record Image(String name, String obstacle) {
    boolean isHere() {
      return !name.isEmpty();
    }
  }
}
