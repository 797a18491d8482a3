package io.weft.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Draws edges for a terminal of 95 columns. */
final class EdgeTable {
  private static final String ROW = "  %-15s %s %-15s %6s %8s %8s %8s %7s  %s";
  private static final String HEAD =
      String.format(
          Locale.ROOT,
          ROW,
          "caller",
          " ",
          "callee",
          "req/s",
          "success",
          "p50",
          "p99",
          "retries",
          "share by version");
  private static final int BAR = 10;

  private final boolean colours;

  EdgeTable(boolean colours) {
    this.colours = colours;
  }

  /** Lines: a head, one for each edge, and one for each version of a callee that has several. */
  List<String> lines(List<Edge> edges) {
    List<String> lines = new ArrayList<>();
    lines.add(paint("1", HEAD));
    for (Edge edge : edges) {
      List<Edge.Version> versions = edge.versions();
      if (versions.size() == 1) {
        Edge.Version only = versions.get(0);
        lines.add(
            row(
                edge.caller(),
                "→",
                edge.callee(),
                only,
                only.name().isEmpty() ? "" : bar(1) + " " + only.name()));
      } else {
        lines.add(sum(edge));
        versions.forEach(
            version ->
                lines.add(
                    row(
                        "",
                        " ",
                        "  " + (version.name().isEmpty() ? "(no answer)" : version.name()),
                        version,
                        bar(edge.share(version)) + percent(edge.share(version)))));
      }
      if (edge.failures() > 0) {
        lines.add(paint("31", "                    failed: " + causes(edge)));
      }
    }
    return lines;
  }

  private String row(
      String caller, String arrow, String callee, Edge.Version version, String share) {
    return fill(
        caller,
        arrow,
        callee,
        version.callsPerSecond(),
        success(version.calls(), version.failures()),
        millis(version.p50Millis()),
        millis(version.p99Millis()),
        version.retries(),
        share);
  }

  // Percentiles of several versions cannot be had from those of each: they stand in their lines.
  private String sum(Edge edge) {
    return fill(
        edge.caller(),
        "→",
        edge.callee(),
        edge.callsPerSecond(),
        success(edge.calls(), edge.failures()),
        "",
        "",
        edge.retries(),
        "");
  }

  private static String fill(
      String caller,
      String arrow,
      String callee,
      double callsPerSecond,
      String success,
      String p50,
      String p99,
      long retries,
      String share) {
    return String.format(
            Locale.ROOT,
            ROW,
            caller,
            arrow,
            callee,
            String.format(Locale.ROOT, "%.1f", callsPerSecond),
            success,
            p50,
            p99,
            retries == 0 ? "-" : Long.toString(retries),
            share)
        .stripTrailing();
  }

  private static String success(long calls, long failures) {
    double share = calls == 0 ? 1 : (double) (calls - failures) / calls;
    // Never says that all went well when one did not.
    double shown = failures == 0 ? 100 : Math.min(99.9, Math.round(share * 1_000) / 10.0);
    return String.format(Locale.ROOT, "%.1f %%", shown);
  }

  private static String millis(double millis) {
    return String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, " %.0f %%", share * 100);
  }

  private static String bar(double share) {
    int full = (int) Math.round(share * BAR);
    return "█".repeat(full) + "░".repeat(BAR - full);
  }

  private static String causes(Edge edge) {
    return edge.causes().entrySet().stream()
        .map(cause -> cause.getKey() + " × " + cause.getValue())
        .collect(Collectors.joining(", "));
  }

  private String paint(String colour, String text) {
    return colours ? "\033[" + colour + "m" + text + "\033[0m" : text;
  }
}
