package io.weft.cli;

import io.weft.control.document.DocumentReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The files of documents that a command is given. */
final class Sources {
  private static final String STDIN = "-";

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      required = true,
      description =
          "A YAML or JSON file, a folder of such (*.yaml, *.yml, *.json), or - for stdin.")
  private List<String> files = List.of();

  /** Does something with a file. */
  interface Work {
    /** By the name that messages call it. */
    void with(String name, byte[] text);
  }

  /**
   * Does something with each file. What is refused of one does not keep the others from it.
   *
   * @throws Refusal of all that was refused, or at once if control cannot be asked
   */
  void each(Work work) throws IOException {
    List<String> refused = new ArrayList<>();
    for (String file : all()) {
      try {
        work.with(name(file), read(file));
      } catch (Unreachable e) {
        throw e;
      } catch (Refusal e) {
        refused.addAll(e.lines());
      }
    }
    if (!refused.isEmpty()) {
      throw new Refusal(refused);
    }
  }

  private static String name(String file) {
    return file.equals(STDIN) ? "stdin" : file;
  }

  private static byte[] read(String file) {
    byte[] text;
    try {
      text = file.equals(STDIN) ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
    } catch (IOException e) {
      throw new Refusal(Refusal.reason(e));
    }
    if (text.length > DocumentReader.LONGEST) {
      // Control would not read it to the end, and hang up.
      throw new Refusal(List.of(name(file) + ": is too long; at most 1 MiB is read"));
    }
    return text;
  }

  private List<String> all() throws IOException {
    List<String> sources = new ArrayList<>();
    for (String name : files) {
      Path path = Path.of(name);
      if (name.equals(STDIN) || Files.isRegularFile(path)) {
        sources.add(name);
      } else if (Files.isDirectory(path)) {
        int before = sources.size();
        try (Stream<Path> below = Files.walk(path)) {
          below.filter(Sources::isDocument).map(Path::toString).sorted().forEach(sources::add);
        }
        if (sources.size() == before) {
          throw new Refusal("no *.yaml, *.yml or *.json below " + name);
        }
      } else {
        throw new Refusal("there is no file or folder " + name);
      }
    }
    return sources;
  }

  private static boolean isDocument(Path path) {
    return Files.isRegularFile(path) && path.toString().matches(".*\\.(yaml|yml|json)");
  }
}
