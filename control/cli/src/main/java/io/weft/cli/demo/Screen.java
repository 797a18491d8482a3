package io.weft.cli.demo;

import java.io.PrintStream;
import java.util.List;

/**
 * Where the demo speaks to people: a terminal it may redraw, or a plain stream of lines.
 * Thread-safe.
 */
final class Screen {
  private final PrintStream out;
  private final boolean terminal;
  private int redrawn;
  private boolean over;

  Screen(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  boolean isTerminal() {
    return terminal;
  }

  /** A line. */
  synchronized void line(String text) {
    if (!over) {
      out.println(text);
      out.flush();
    }
  }

  /** A line after which only such lines are shown: what others still have to say has no meaning. */
  synchronized void lastLine(String text) {
    over = true;
    out.println(text);
    out.flush();
  }

  /** A part of the demo that runs now, or is about to. */
  void part(String name, String text, String address) {
    line("  %-9s %s%s".formatted(name, address.isEmpty() ? "" : bold(address) + "  ", text));
  }

  /** More about the last part. */
  void detail(String text) {
    line("            " + text);
  }

  /** Lines that take the place of those drawn last; where that cannot be done, they follow them. */
  synchronized void redraw(List<String> lines) {
    if (over) {
      return;
    }
    StringBuilder text = new StringBuilder();
    if (terminal) {
      if (redrawn > 0) {
        text.append("\033[").append(redrawn).append('A');
      }
      // Without line wrap, so that a narrow window cuts lines and their number stays known.
      text.append("\033[J\033[?7l");
    }
    lines.forEach(line -> text.append(line).append('\n'));
    if (terminal) {
      text.append("\033[?7h");
      redrawn = lines.size();
    }
    out.print(text);
    out.flush();
  }

  String bold(String text) {
    return paint("1", text);
  }

  String good(String text) {
    return paint("32", text);
  }

  String bad(String text) {
    return paint("31", text);
  }

  private String paint(String colour, String text) {
    return terminal ? "\033[" + colour + "m" + text + "\033[0m" : text;
  }
}
