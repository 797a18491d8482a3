package io.weft.it.closed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The file in which an agent keeps its last config. */
final class KeptConfig {
  private KeptConfig() {}

  static boolean isIn(Path folder, String service) {
    return !all(folder, service).isEmpty();
  }

  static Path in(Path folder, String service) {
    return all(folder, service).get(0);
  }

  private static List<Path> all(Path folder, String service) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> below = Files.walk(folder)) {
      return below.filter(file -> file.endsWith(service + ".config")).toList();
    } catch (IOException | UncheckedIOException e) {
      // A folder or file of a moment.
      return List.of();
    }
  }
}
