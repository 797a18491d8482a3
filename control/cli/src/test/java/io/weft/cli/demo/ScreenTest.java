package io.weft.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

  @Test
  void onATerminalLinesTakeThePlaceOfThoseBefore() {
    Screen screen = screen(true);

    screen.redraw(List.of("one", "two"));
    screen.redraw(List.of("three"));

    assertThat(text()).contains("one\ntwo\n").contains("\033[2A").endsWith("three\n\033[?7h");
  }

  @Test
  void elsewhereNothingButTheLinesIsWritten() {
    Screen screen = screen(false);

    screen.redraw(List.of("one"));
    screen.line(screen.bold("two"));

    assertThat(text()).isEqualTo("one\ntwo\n");
  }

  @Test
  void onceItIsOverOthersAreSilent() {
    Screen screen = screen(false);

    screen.lastLine("stopping");
    screen.line("cannot reach control");
    screen.redraw(List.of("caller callee"));

    assertThat(text()).isEqualTo("stopping\n");
  }

  private Screen screen(boolean terminal) {
    return new Screen(new PrintStream(shown, true, StandardCharsets.UTF_8), terminal);
  }

  private String text() {
    return shown.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
  }
}
