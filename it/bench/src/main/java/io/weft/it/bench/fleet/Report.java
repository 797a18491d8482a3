package io.weft.it.bench.fleet;

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
 * All figures of a run: a line each on standard output as they come, and a JSON file at the end.
 */
final class Report {
  private final List<Figure> figures = new ArrayList<>();

  private record Written(String date, Machine machine, List<Figure> figures) {}

  /**
   * @param load average of the last minute at the end: other things that ran, too
   */
  private record Machine(int cores, double load, String system, String java) {
    static Machine here() {
      return new Machine(
          Runtime.getRuntime().availableProcessors(),
          ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
          System.getProperty("os.name") + " " + System.getProperty("os.version"),
          System.getProperty("java.vendor") + " " + System.getProperty("java.version"));
    }
  }

  Report() {
    System.out.printf(
        Locale.ROOT, "%-10s %7s  %-58s %12s %-12s %s%n", "scenario", "agents", "", "", "", "goal");
  }

  void add(Figure figure) {
    figures.add(figure);
    System.out.println(figure.line());
  }

  List<Figure> missed() {
    return figures.stream().filter(each -> !each.met()).toList();
  }

  void write(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    JsonMapper.builder()
        .build()
        .writerWithDefaultPrettyPrinter()
        .writeValue(
            file.toFile(),
            new Written(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), Machine.here(), figures));
  }
}
