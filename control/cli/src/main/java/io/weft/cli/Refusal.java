package io.weft.cli;

import java.util.List;

/** Why a command cannot be done: lines for people, shown as they are. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> lines;

  Refusal(String line) {
    this(List.of("weft: " + line));
  }

  Refusal(List<String> lines) {
    super(String.join("\n", lines));
    this.lines = List.copyOf(lines);
  }

  List<String> lines() {
    return lines;
  }
}
