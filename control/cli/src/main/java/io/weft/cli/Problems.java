package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** What control finds wrong, a line each, as compilers tell it: file:line: field message. */
final class Problems {
  private Problems() {}

  static String line(JsonNode problem) {
    StringBuilder line = new StringBuilder();
    String file = problem.path("file").asText();
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
