package io.weft.control.join;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Who is slowed for failing to join, and for how long. */
class FailedJoinsTest {
  private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 5);
  private final List<String> log = new ArrayList<>();
  private final FailedJoins failures = new FailedJoins(time::get, log::add);

  @Test
  void an_address_may_fail_twenty_times_at_once_and_then_once_a_second() {
    fail("10.0.0.1", FailedJoins.AT_ONCE_BY_ADDRESS);

    assertThat(failures.failed("10.0.0.1", "wrong")).isTrue();
    assertThat(failures.failed("10.0.0.2", "wrong")).isFalse();
    forward(Duration.ofSeconds(1));
    assertThat(failures.failed("10.0.0.1", "wrong")).isTrue();
    forward(Duration.ofSeconds(2));
    assertThat(failures.failed("10.0.0.1", "wrong")).isFalse();
  }

  @Test
  void an_address_that_failed_ten_thousand_times_is_forgiven_within_half_a_minute() {
    for (int i = 0; i < 10_000; i++) {
      failures.failed("10.0.0.1", "wrong");
    }

    forward(Duration.ofSeconds(30));

    fail("10.0.0.1", FailedJoins.AT_ONCE_BY_ADDRESS);
  }

  @Test
  void a_credential_that_fails_is_looked_at_five_times_and_then_every_ten_seconds() {
    for (int i = 0; i < FailedJoins.AT_ONCE_BY_CREDENTIAL; i++) {
      assertThat(failures.isBarred("guess")).isFalse();
      failures.unproven("guess");
    }

    assertThat(failures.isBarred("guess")).isTrue();
    assertThat(failures.isBarred("another")).isFalse();
    forward(Duration.ofSeconds(10));
    assertThat(failures.isBarred("guess")).isFalse();
    failures.unproven("guess");
    assertThat(failures.isBarred("guess")).isTrue();
  }

  @Test
  void a_credential_that_turns_out_to_be_good_has_never_failed() {
    for (int i = 0; i < 4; i++) {
      failures.unproven("late");
    }

    failures.proven("late");
    failures.unproven("late");

    assertThat(failures.isBarred("late")).isFalse();
  }

  @Test
  void the_log_hears_of_a_guesser_once_and_in_one_line() {
    for (int i = 0; i < 10_000; i++) {
      failures.failed("10.0.0.1", "no service's name: a\nb" + "x".repeat(1_000));
    }

    assertThat(log).hasSize(1);
    assertThat(log.get(0))
        .startsWith("joins from 10.0.0.1 fail too often")
        .contains("a?bxxx")
        .doesNotContain("\n")
        .hasSizeLessThan(400);
  }

  @Test
  void many_guessers_do_not_flood_the_log() {
    for (int i = 0; i < 10_000; i++) {
      failures.failed("10.0.0." + i % 100, "wrong");
    }

    assertThat(log).hasSize(1);
  }

  @Test
  void of_many_who_fail_those_that_failed_last_are_remembered() {
    fail("first", FailedJoins.AT_ONCE_BY_ADDRESS);
    for (int i = 0; i < 10_000; i++) {
      failures.failed("10.0." + i, "wrong");
    }
    fail("last", FailedJoins.AT_ONCE_BY_ADDRESS);

    assertThat(failures.failed("last", "wrong")).isTrue();
    assertThat(failures.failed("first", "wrong")).isFalse();
  }

  private void fail(String address, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(failures.failed(address, "wrong")).isFalse();
    }
  }

  private void forward(Duration by) {
    time.addAndGet(by.toNanos());
  }
}
