package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.RateDemand;
import org.junit.jupiter.api.Test;

/** As many requests as were agreed on, by key. */
class RequestRateTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void a_burst_goes_through_and_then_the_rate() {
    RequestRate rate = rate(10, SECOND, 3);

    assertThat(rate.take("a", 0)).isZero();
    assertThat(rate.take("a", 0)).isZero();
    assertThat(rate.take("a", 0)).isZero();
    assertThat(rate.take("a", 0)).isEqualTo(SECOND / 10);
    assertThat(rate.take("a", SECOND / 10)).isZero();
    assertThat(rate.take("a", SECOND / 10)).isPositive();
  }

  @Test
  void over_a_long_time_it_is_the_limit_and_no_more() {
    RequestRate rate = rate(100, SECOND, 10);
    int through = 0;
    for (long now = 0; now < 10 * SECOND; now += 1_000_000) {
      through += rate.take("a", now) == 0 ? 1 : 0;
    }

    assertThat(through).isBetween(1_000, 1_010);
  }

  @Test
  void keys_are_apart_and_those_beyond_the_bound_share() {
    RequestRate rate = rate(1, SECOND, 1);
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
    RequestRate rate = rate(1_000, SECOND, 1);
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
  void whoever_has_half_of_a_limit_lets_half_through_and_half_at_once() {
    RequestRate rate = rate(10, SECOND, 4);
    rate.share(0.5, 0);

    assertThat(rate.take("a", 0)).isZero();
    assertThat(rate.take("a", 0)).isZero();
    assertThat(rate.take("a", 0)).isEqualTo(SECOND / 5);
    assertThat(rate.take("a", SECOND / 5)).isZero();
    assertThat(rate.take("a", SECOND / 5)).isPositive();
  }

  @Test
  void a_greater_part_counts_from_then_on_and_not_for_the_time_before() {
    RequestRate rate = rate(10, SECOND, 10);
    rate.share(0.1, 0);

    rate.share(1, 100 * SECOND);

    assertThat(rate.take("a", 100 * SECOND)).isZero();
    assertThat(rate.take("a", 100 * SECOND)).isEqualTo(SECOND / 10);
    assertThat(rate.take("of whom nothing was heard", 100 * SECOND)).isZero();
    assertThat(rate.take("of whom nothing was heard", 100 * SECOND)).isPositive();
  }

  @Test
  void the_smallest_part_lets_one_through_in_its_time() {
    RequestRate rate = rate(10, SECOND, 1);
    rate.share(0.001, 0);

    assertThat(rate.take("a", 0)).isZero();
    assertThat(rate.take("a", 50 * SECOND)).isEqualTo(50 * SECOND);
    assertThat(rate.take("a", 100 * SECOND)).isZero();
  }

  @Test
  void what_was_asked_and_let_through_is_counted_where_it_will_be_asked_for() {
    RequestRate rate = new RequestRate(10, SECOND, 2, true, 0);
    for (int i = 0; i < 5; i++) {
      rate.take("a", 0);
    }
    rate.peek("a", 0);

    assertThat(rate.demand()).isEqualTo(demand(5, 2));
    assertThat(rate.demand()).isEqualTo(demand(0, 0));
  }

  @Test
  void a_quiet_time_is_not_saved_beyond_the_burst() {
    RequestRate rate = rate(10, SECOND, 2);
    rate.take("a", 0);

    assertThat(rate.take("a", 1_000 * SECOND)).isZero();
    assertThat(rate.take("a", 1_000 * SECOND)).isZero();
    assertThat(rate.take("a", 1_000 * SECOND)).isPositive();
  }

  private static RequestRate rate(long limit, long period, long burst) {
    return new RequestRate(limit, period, burst, false, 0);
  }

  private static RateDemand demand(long offered, long admitted) {
    return RateDemand.newBuilder().setOffered(offered).setAdmitted(admitted).build();
  }
}
