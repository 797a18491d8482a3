package io.weft.cli.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Where a part that is not ours can be had on this machine. */
sealed interface Whereabouts {
  /** As a program on PATH. */
  record OnPath(Path program) implements Whereabouts {}

  /**
   * As an image that is here.
   *
   * @param why not from PATH; empty if that was not wanted
   */
  record Image(String name, String why) implements Whereabouts {
    /** For people. */
    String said() {
      return name + " in Docker" + (why.isEmpty() ? "" : ", since " + why);
    }
  }

  /** Not at all. */
  record Nowhere(String why) implements Whereabouts {}

  /**
   * Looks on PATH, then for an image, pulling the first one if none of them is here.
   *
   * @param say told of what takes time
   */
  static Whereabouts of(Place place, String program, List<String> images, Consumer<String> say) {
    String why = "";
    if (place == Place.auto || place == Place.path) {
      Optional<Path> found = Command.onPath(program);
      if (found.isPresent()) {
        return new OnPath(found.get());
      }
      why = program + " is not on PATH";
    }
    if (place == Place.auto || place == Place.docker) {
      Optional<String> obstacle = Docker.obstacle();
      if (obstacle.isEmpty()) {
        Docker.Image image = Docker.image(images, say);
        if (image.isHere()) {
          return new Image(image.name(), why);
        }
        obstacle = Optional.of(image.obstacle());
      }
      why += (why.isEmpty() ? "" : ", and ") + obstacle.get();
    }
    return new Nowhere(why.isEmpty() ? "none is wanted" : why);
  }
}
