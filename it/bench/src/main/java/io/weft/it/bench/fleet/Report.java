package io.weft.it.bench.fleet;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * All figures of a run: a line each on standard output as they come, and at the end a JSON file,
 * beside it a page, and its plot.
 */
final class Report {
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final List<Figure> figures;

  /** What is written down. */
  record Written(String date, Machine machine, List<Figure> figures) {}

  /**
   * @param load average of the last minute at the end: other things that ran, too
   */
  record Machine(int cores, double load, String system, String java) {
    static Machine here() {
      return new Machine(
          Runtime.getRuntime().availableProcessors(),
          ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
          System.getProperty("os.name") + " " + System.getProperty("os.version"),
          System.getProperty("java.vendor") + " " + System.getProperty("java.version"));
    }
  }

  /**
   * @param before figures of other runs, which stay where they are not measured again
   */
  Report(List<Figure> before) {
    figures = new ArrayList<>(before);
    System.out.printf(
        Locale.ROOT, "%-10s %7s  %-58s %12s %-12s %s%n", "scenario", "agents", "", "", "", "goal");
  }

  void add(Figure figure) {
    figures.removeIf(figure::isOfTheSame);
    figures.add(figure);
    System.out.println(figure.line());
  }

  /** Those that a file holds; none if there is no file. */
  static List<Figure> figures(Path file) throws IOException {
    return Files.exists(file) ? JSON.readValue(file.toFile(), Written.class).figures() : List.of();
  }

  List<Figure> missed() {
    return figures.stream().filter(each -> !each.met()).toList();
  }

  void write(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Written written =
        new Written(
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), Machine.here(), figures);
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), written);
    Files.writeString(beside(file, ".html"), new Page(written).html());
    Plot plot = new Plot(figures);
    if (!plot.isEmpty()) {
      Files.writeString(beside(file, ".svg"), plot.svg());
    }
  }

  private static Path beside(Path file, String ending) {
    return file.resolveSibling(
        String.valueOf(file.getFileName()).replaceFirst("\\.json$", "") + ending);
  }
}
