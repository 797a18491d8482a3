package io.weft.cli;

import io.weft.control.document.Durations;

/** How long something shall live, as options say it. */
final class Lives {
  private Lives() {}

  /** Whole seconds, rounded up. */
  static long seconds(String option, String written) {
    return Durations.parse(written)
        .filter(life -> life.toMillis() > 0)
        .orElseThrow(
            () -> new Refusal(option + " " + written + " must be a duration such as 24h or 30m"))
        .plusMillis(999)
        .toSeconds();
  }
}
