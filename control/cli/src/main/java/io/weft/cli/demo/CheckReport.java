package io.weft.cli.demo;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** Shows the steps of a check as they are made, what was expected and what was seen. */
final class CheckReport {
  private final Screen screen;
  private final Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
  private int steps;

  CheckReport(Screen screen) {
    this.screen = screen;
  }

  /** How a step ended. */
  enum Verdict {
    PASSED,
    FAILED,
    NOT_CHECKED
  }

  /** What a step saw, in words. */
  record Saw(Verdict verdict, String text) {
    static Saw of(boolean asExpected, String text) {
      return new Saw(asExpected ? Verdict.PASSED : Verdict.FAILED, text);
    }

    static Saw notChecked(String why) {
      return new Saw(Verdict.NOT_CHECKED, why);
    }
  }

  /** Makes a step. One that cannot be made has failed. */
  void step(String title, String expected, Supplier<Saw> measure) {
    screen.line("");
    screen.line("%2d  %s".formatted(++steps, screen.bold(title)));
    screen.line("    expected  " + expected);
    Saw saw;
    try {
      saw = measure.get();
    } catch (DemoException e) {
      saw = Saw.of(false, String.valueOf(e.getMessage()));
    }
    screen.line("    saw       " + saw.text());
    screen.line(
        "    "
            + switch (saw.verdict()) {
              case PASSED -> screen.good("as expected");
              case FAILED -> screen.bad("NOT AS EXPECTED");
              case NOT_CHECKED -> "not checked";
            });
    counts.merge(saw.verdict(), 1, Integer::sum);
  }

  /** Counts them; whether none failed. */
  boolean summary() {
    int failed = counts.getOrDefault(Verdict.FAILED, 0);
    screen.line("");
    screen.line(
        "%d steps as expected, %d not, %d not checked"
            .formatted(
                counts.getOrDefault(Verdict.PASSED, 0),
                failed,
                counts.getOrDefault(Verdict.NOT_CHECKED, 0)));
    return failed == 0;
  }
}
