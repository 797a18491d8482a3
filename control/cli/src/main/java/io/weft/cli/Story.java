package io.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;

/** What becomes of a request, stage by stage, for people. */
final class Story {
  private static final String STAGE = "  %-18s %-44s";

  private final PrintWriter out;
  private final ColorScheme colours;

  Story(PrintWriter out, ColorScheme colours) {
    this.out = out;
    this.colours = colours;
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

  /** Of real requests, the earliest first. */
  void recall(JsonNode requests) {
    long begin = requests.path(0).path("startMillis").asLong();
    out.println(Instant.ofEpochMilli(begin));
    for (JsonNode request : requests) {
      out.println();
      out.println(
          styled(
              "bold",
              "+"
                  + (request.path("startMillis").asLong() - begin)
                  + "ms "
                  + request.path("service").asText()
                  + " at "
                  + request.path("instance").asText()
                  + who(request)));
      String outcome = request.path("outcome").asText();
      out.println(
          "  "
              + request.path("method").asText()
              + " "
              + request.path("path").asText()
              + " took "
              + millis(request.path("tookMicros").asLong())
              + ": "
              + styled(request.path("failed").asBoolean() ? "fg(red)" : "fg(green)", outcome));
      String before = "";
      for (JsonNode stage : request.path("stages")) {
        stage(stage, before);
        before = stage.path("name").asText();
      }
    }
  }

  private static String who(JsonNode request) {
    String peer = request.path("peer").asText();
    return request.path("inbound").asBoolean()
        ? " served " + (peer.isEmpty() ? "somebody" : peer)
        : " called " + peer;
  }

  private static String millis(long micros) {
    return micros < 10_000 ? micros / 1_000.0 + "ms" : micros / 1_000 + "ms";
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
    if (!caller.path("error").asText().isEmpty()) {
      return "More cannot be told.";
    }
    String stopped = stop("caller", caller) + stop("callee", callee);
    if (!stopped.isEmpty()) {
      return styled("fg(red)", stopped);
    }
    return callee.isObject() && callee.path("error").asText().isEmpty()
        ? styled("fg(green)", "It reaches the application.")
        : "It leaves the caller.";
  }

  private static String stop(String side, JsonNode told) {
    for (JsonNode stage : told.path("stages")) {
      if (stage.path("stops").asBoolean()) {
        return "It ends at the " + side + "'s " + stage.path("name").asText() + ".";
      }
    }
    return "";
  }

  private String styled(String style, String text) {
    return colours.apply(text, List.of(Ansi.Style.parse(style))).toString();
  }
}
