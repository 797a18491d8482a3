package io.weft.it.bench.race;

import java.io.PrintStream;

/** Tells a person how far it is: in place on a terminal, else a line for each new stage. */
final class Progress {
  private final PrintStream out;
  private final boolean terminal;
  private final long begun = System.nanoTime();
  private String stage = "";

  Progress(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  void at(String newStage, String detail) {
    long seconds = (System.nanoTime() - begun) / 1_000_000_000;
    if (terminal) {
      out.printf("\r\033[K  %3d:%02d  %s: %s", seconds / 60, seconds % 60, newStage, detail);
      out.flush();
    } else if (!newStage.equals(stage)) {
      out.printf("  %3d:%02d  %s%n", seconds / 60, seconds % 60, newStage);
    }
    stage = newStage;
  }

  /** Leaves the line to what follows. */
  void done() {
    if (terminal) {
      out.print("\r\033[K");
    }
  }
}
