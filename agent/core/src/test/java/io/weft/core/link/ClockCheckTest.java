package io.weft.core.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.core.log.Log;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClockCheckTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final ClockCheck check = new ClockCheck(() -> NOON);
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream err = System.err;

  @BeforeEach
  void listen() {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setErr(err);
  }

  @Test
  void a_clock_that_is_hours_off_is_said_once_with_how_far_and_whose_it_may_be() {
    check.controlSays(NOON.minus(Duration.ofMinutes(200)));
    check.controlSays(NOON.minus(Duration.ofMinutes(210)));

    assertThat(lines())
        .containsExactly(
            "[weft] WARN this machine's clock is 3 h 20 min ahead of control's (here"
                + " 2026-01-01T12:00:00Z, there 2026-01-01T08:40:00Z): certificates may not be"
                + " believed. Set it by NTP; if other machines say so, too, it is control's");
    assertThat(Log.lastProblem()).startsWith("this machine's clock is 3 h 20 min ahead");
  }

  @Test
  void one_that_is_behind_is_called_so_and_its_mend_is_told() {
    check.controlSays(NOON.plus(Duration.ofMinutes(6)));
    check.controlSays(NOON.plus(Duration.ofMinutes(4)));

    assertThat(lines())
        .satisfiesExactly(
            first -> assertThat(first).contains("clock is 6 minutes behind control's"),
            second ->
                assertThat(second)
                    .isEqualTo("[weft] INFO this machine's clock and control's agree again"));
  }

  @Test
  void what_networks_and_drift_explain_is_not_worth_a_word() {
    check.controlSays(NOON.plus(Duration.ofMinutes(5)));
    check.controlSays(NOON.minus(Duration.ofMinutes(5)));

    assertThat(lines()).isEmpty();
  }

  private List<String> lines() {
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
