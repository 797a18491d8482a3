package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** As many requests as were agreed on, by key. */
class RequestRateTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void a_burst_goes_through_and_then_the_rate() {
    RequestRate rate = new RequestRate(10, SECOND, 3);

    assertThat(rate.take("a", 0)).isZero();
    assertThat(rate.take("a", 0)).isZero();
    assertThat(rate.take("a", 0)).isZero();
    assertThat(rate.take("a", 0)).isEqualTo(SECOND / 10);
    assertThat(rate.take("a", SECOND / 10)).isZero();
    assertThat(rate.take("a", SECOND / 10)).isPositive();
  }

  @Test
  void over_a_long_time_it_is_the_limit_and_no_more() {
    RequestRate rate = new RequestRate(100, SECOND, 10);
    int through = 0;
    for (long now = 0; now < 10 * SECOND; now += 1_000_000) {
      through += rate.take("a", now) == 0 ? 1 : 0;
    }

    assertThat(through).isBetween(1_000, 1_010);
  }

  @Test
  void keys_are_apart_and_those_beyond_the_bound_share() {
    RequestRate rate = new RequestRate(1, SECOND, 1);
    for (int i = 0; i < 10_000; i++) {
      assertThat(rate.take("key " + i, 0)).isZero();
    }

    assertThat(rate.take("one more", 0)).isZero();
    assertThat(rate.take("and another", 0)).isPositive();
    assertThat(rate.take("much later", 10 * SECOND)).isZero();
    assertThat(rate.take("much later, too", 10 * SECOND)).isZero();
  }

  @Test
  void what_is_full_of_strangers_is_not_searched_for_each_of_them() {
    RequestRate rate = new RequestRate(1_000, SECOND, 1);
    for (int i = 0; i < 10_000; i++) {
      rate.take("key " + i, 0);
    }
    assertThat(rate.take("one that shares", 0)).isZero();

    long soon = SECOND / 100;
    assertThat(rate.take("two that share", soon)).isZero();
    assertThat(rate.take("though the others have been quiet", soon)).isPositive();
    assertThat(rate.take("until they are looked for again", SECOND / 10)).isZero();
    assertThat(rate.take("and forgotten", SECOND / 10)).isZero();
  }

  @Test
  void a_quiet_time_is_not_saved_beyond_the_burst() {
    RequestRate rate = new RequestRate(10, SECOND, 2);
    rate.take("a", 0);

    assertThat(rate.take("a", 1_000 * SECOND)).isZero();
    assertThat(rate.take("a", 1_000 * SECOND)).isZero();
    assertThat(rate.take("a", 1_000 * SECOND)).isPositive();
  }
}
