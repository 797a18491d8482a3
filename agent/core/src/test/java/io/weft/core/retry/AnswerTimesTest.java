package io.weft.core.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTimesTest {
  private static final long START = -TimeUnit.SECONDS.toNanos(3);

  private final AnswerTimes times = new AnswerTimes();

  @Test
  void a_percentile_is_as_high_as_what_it_stands_for_and_an_eighth_more_at_most() {
    for (int i = 1; i <= 1_000; i++) {
      times.took(TimeUnit.MILLISECONDS.toNanos(i), START);
    }

    assertThat(times.percentile(95_000, START) / 1e6).isBetween(950.0, 950 * 1.125);
  }

  @ParameterizedTest
  @ValueSource(longs = {1_024, 1_025, 123_456, 999_999_999, 8_589_934_592L, 60_000_000_000L})
  void that_holds_for_any_time_up_to_a_minute(long nanos) {
    AnswerTimes of = new AnswerTimes();
    for (int i = 0; i < 100; i++) {
      of.took(nanos, START);
    }

    assertThat((double) of.percentile(50_000, START)).isBetween((double) nanos, nanos * 1.125);
  }

  @Test
  void of_fewer_than_a_hundred_answers_nothing_is_said() {
    for (int i = 0; i < 99; i++) {
      times.took(1_000_000, START);
    }
    assertThat(times.percentile(95_000, START)).isEqualTo(-1);

    times.took(1_000_000, START);
    assertThat(times.percentile(95_000, START + TimeUnit.SECONDS.toNanos(1))).isPositive();
  }

  @Test
  void what_was_more_than_twenty_seconds_ago_is_forgotten() {
    for (int i = 0; i < 200; i++) {
      times.took(TimeUnit.SECONDS.toNanos(5), START);
    }
    long later = START + TimeUnit.SECONDS.toNanos(21);
    for (int i = 0; i < 100; i++) {
      times.took(1_000_000, later);
    }

    assertThat(times.percentile(99_000, later)).isLessThan(2_000_000);
  }
}
