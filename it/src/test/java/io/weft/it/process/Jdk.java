package io.weft.it.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A JDK found on this machine.
 *
 * @param feature the feature release, such as 17
 * @param home its java.home
 */
public record Jdk(int feature, Path home) {
  private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");

  /** The JDK that runs the tests. */
  public static Jdk current() {
    return new Jdk(Runtime.version().feature(), Path.of(System.getProperty("java.home")));
  }

  /**
   * The oldest supported and the newest found, each once; the system property weft.test.jdks adds
   * homes.
   */
  public static Stream<Jdk> oldestAndNewest() {
    Map<Integer, Jdk> found = all();
    List<Jdk> jdks = new ArrayList<>(found.values());
    return Stream.of(jdks.get(0), jdks.get(jdks.size() - 1)).distinct();
  }

  /** The oldest supported one found. */
  public static Jdk oldest() {
    return oldestAndNewest().findFirst().orElseThrow();
  }

  /** The newest found. */
  public static Jdk newest() {
    return oldestAndNewest().reduce((oldest, newest) -> newest).orElseThrow();
  }

  /** Every JDK from 17 on, oldest first, one for each feature release. */
  public static Map<Integer, Jdk> all() {
    Map<Integer, Jdk> found = new TreeMap<>();
    for (String home : System.getProperty("weft.test.jdks", "").split("[,:]")) {
      if (!home.isBlank()) {
        add(found, Path.of(home));
      }
    }
    Path system = Path.of("/usr/lib/jvm");
    if (Files.isDirectory(system)) {
      try (DirectoryStream<Path> homes = Files.newDirectoryStream(system)) {
        List<Path> sorted = new ArrayList<>();
        homes.forEach(sorted::add);
        sorted.sort(Comparator.naturalOrder());
        sorted.forEach(home -> add(found, home));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    Jdk current = current();
    found.putIfAbsent(current.feature, current);
    return found;
  }

  /** The java launcher. */
  public Path java() {
    return home.resolve("bin/java");
  }

  @Override
  public String toString() {
    return "JDK " + feature;
  }

  private static void add(Map<Integer, Jdk> found, Path home) {
    Path release = home.resolve("release");
    if (!Files.isExecutable(home.resolve("bin/java")) || !Files.exists(release)) {
      return;
    }
    try {
      Matcher matcher = VERSION.matcher(Files.readString(release));
      if (matcher.find()) {
        int feature = Integer.parseInt(matcher.group(1));
        if (feature >= 17) {
          found.putIfAbsent(feature, new Jdk(feature, home));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
