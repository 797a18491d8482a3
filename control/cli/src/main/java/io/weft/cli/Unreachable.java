package io.weft.cli;

/** Control cannot be asked at all, so that whatever else there is to ask would fail alike. */
final class Unreachable extends Refusal {
  private static final long serialVersionUID = 1L;

  Unreachable(String line) {
    super(line);
  }
}
