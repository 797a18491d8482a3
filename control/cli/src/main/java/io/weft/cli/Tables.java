package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/** Lines of cells under bold headings, each column as wide as its widest cell. */
final class Tables {
  private final List<List<String>> rows = new ArrayList<>();

  Tables(String... headings) {
    rows.add(List.of(headings));
  }

  void row(String... cells) {
    rows.add(List.of(cells));
  }

  /** Its lines; headings bold where a terminal shows that. */
  List<String> lines(Ansi ansi) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(row.get(i));
        if (i < columns - 1) {
          line.append(" ".repeat(widths[i] - row.get(i).length() + 2));
        }
      }
      String text = line.toString().stripTrailing();
      lines.add(lines.isEmpty() ? ansi.string("@|bold " + text + "|@") : text);
    }
    return lines;
  }

  /** Kind/namespace/name. */
  static String path(JsonNode document) {
    return document.path("kind").asText()
        + "/"
        + document.path("namespace").asText()
        + "/"
        + document.path("name").asText();
  }
}
