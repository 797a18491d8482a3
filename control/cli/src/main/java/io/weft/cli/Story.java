package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/** What becomes of a request, stage by stage, for people. */
final class Story {
  private static final String STAGE = "  %-18s %-44s";

  private final PrintWriter out;
  private final Ansi ansi;

  Story(PrintWriter out, Ansi ansi) {
    this.out = out;
    this.ansi = ansi;
  }

  /** Of an answer to {@code /v1/explain}. */
  void tell(JsonNode answer) {
    JsonNode caller = answer.path("caller");
    JsonNode callee = answer.path("callee");
    side("caller", caller);
    if (callee.isObject()) {
      side("callee", callee);
    } else if (caller.path("sent").isObject()) {
      out.println();
      out.println(
          "The callee's side is not known: none of its agents that could tell is connected.");
    }
    out.println();
    out.println(end(caller, callee));
  }

  private void side(String name, JsonNode side) {
    out.println();
    out.println(
        styled(
            "bold",
            name + " " + side.path("service").asText() + " at " + side.path("instance").asText()));
    String before = "";
    for (JsonNode stage : side.path("stages")) {
      stage(stage, before);
      before = stage.path("name").asText();
    }
    String error = side.path("error").asText();
    if (!error.isEmpty()) {
      out.println(styled("fg(red)", "  " + error));
    }
  }

  private void stage(JsonNode stage, String before) {
    String name = stage.path("name").asText();
    String line =
        STAGE
                .formatted(name.equals(before) ? "" : name, stage.path("says").asText())
                .stripTrailing()
            + " ";
    String source = source(stage);
    out.println(
        (stage.path("stops").asBoolean() ? styled("fg(red)", line) : line).stripTrailing()
            + (source.isEmpty() ? "" : pad(line) + styled("faint", source)));
    for (JsonNode candidate : stage.path("candidates")) {
      candidate(candidate);
    }
  }

  private static String pad(String line) {
    int column = STAGE.formatted("", "").length() + 1;
    return " ".repeat(Math.max(2, column - line.length() + 1));
  }

  private static String source(JsonNode stage) {
    String document = stage.path("document").asText();
    String field = stage.path("field").asText();
    return document.isEmpty()
        ? ""
        : document
            + ", generation "
            + stage.path("generation").asLong()
            + (field.isEmpty() ? "" : ", " + field);
  }

  private void candidate(JsonNode candidate) {
    boolean passedOver = candidate.path("passedOver").asBoolean();
    String why = candidate.path("why").asText();
    out.println(
        " ".repeat(21)
            + styled(passedOver ? "fg(yellow)" : "fg(green)", passedOver ? "- " : "+ ")
            + candidate.path("what").asText()
            + (why.isEmpty() ? "" : ": " + why));
  }

  private String end(JsonNode caller, JsonNode callee) {
    for (JsonNode side : List.of(caller, callee)) {
      for (JsonNode stage : side.path("stages")) {
        if (stage.path("stops").asBoolean()) {
          return styled(
              "fg(red)",
              "It ends at the "
                  + (side == caller ? "caller's " : "callee's ")
                  + stage.path("name").asText()
                  + ".");
        }
      }
    }
    return callee.isObject() && callee.path("error").asText().isEmpty()
        ? styled("fg(green)", "It reaches the application.")
        : "It leaves the caller.";
  }

  private String styled(String style, String text) {
    return ansi.apply(text, List.of(Ansi.Style.parse(style))).toString();
  }
}
