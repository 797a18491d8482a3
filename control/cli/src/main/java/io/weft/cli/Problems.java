package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** What control finds wrong, a line each, as compilers tell it: file:line: field message. */
final class Problems {
  private Problems() {}

  /** What an outcome warns of, a line each. */
  static List<String> warnings(JsonNode outcome) {
    List<String> lines = new ArrayList<>();
    outcome.path("warnings").forEach(warning -> lines.add("warning: " + line(warning)));
    return lines;
  }

  static String line(JsonNode problem) {
    return line(problem, "");
  }

  /**
   * @param otherwise file to name where the problem names none
   */
  static String line(JsonNode problem, String otherwise) {
    StringBuilder line = new StringBuilder();
    String named = problem.path("file").asText();
    String file = named.isEmpty() ? otherwise : named;
    int number = problem.path("line").asInt();
    if (!file.isEmpty()) {
      line.append(file);
      if (number > 0) {
        line.append(':').append(number);
      }
      line.append(": ");
    } else {
      line.append("weft: ");
    }
    String field = problem.path("field").asText();
    if (!field.isEmpty()) {
      line.append(field).append(' ');
    }
    return line.append(problem.path("message").asText()).toString();
  }
}
