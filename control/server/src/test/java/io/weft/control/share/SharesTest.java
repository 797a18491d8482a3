package io.weft.control.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.weft.control.compile.ServiceId;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** What part of a limit whom is given. */
class SharesTest {
  private static final ServiceId STOCK = new ServiceId("default", "stock");
  private static final ServiceId ORDERS = new ServiceId("default", "orders");
  private static final Limit LIMIT = new Limit(100, 100, false);
  private static final Offset<Double> ROUGHLY = within(0.02);

  private long now;
  private final Shares shares = new Shares(() -> now);

  @Test
  void who_is_asked_twice_as_much_has_twice_as_much() {
    double a = shares.first(STOCK, 2);
    double b = a;
    for (int i = 0; i < 20; i++) {
      a = asked("a", 200, (int) (100 * a));
      b = asked("b", 100, (int) (100 * b));
    }

    assertThat(a).isEqualTo(0.667, ROUGHLY);
    assertThat(b).isEqualTo(0.333, ROUGHLY);
  }

  @Test
  void all_begin_with_the_same_and_whoever_comes_later_with_a_little() {
    assertThat(shares.first(STOCK, 4)).isEqualTo(0.25);

    asked("a", 100, 50);
    asked("b", 100, 50);

    assertThat(shares.first(STOCK, 3)).isEqualTo(Shares.RESERVE / 3, within(1e-9));
    assertThat(asked("c", 0, 0)).isEqualTo(Shares.RESERVE / 3, within(1e-9));
  }

  @Test
  void those_who_have_not_told_yet_count_as_ones_like_the_others() {
    assertThat(shares.demand(STOCK, "a", LIMIT, new Demand(100, 25, 1), 4)).isEqualTo(0.25);
  }

  @Test
  void what_one_let_through_too_little_is_made_up_for_and_too_much_taken_back() {
    asked("a", 100, 50);
    asked("b", 100, 50);

    assertThat(asked("a", 100, 30)).isEqualTo(0.6, ROUGHLY);
    assertThat(asked("a", 100, 50)).isEqualTo(0.6, ROUGHLY);
    assertThat(asked("a", 100, 70)).isEqualTo(0.5, ROUGHLY);
  }

  @Test
  void of_a_limit_for_each_key_nothing_is_made_up_for() {
    Limit keyed = new Limit(100, 100, true);
    shares.demand(STOCK, "a", keyed, new Demand(100, 0, 1), 2);
    shares.demand(STOCK, "b", keyed, new Demand(100, 0, 1), 2);

    assertThat(shares.demand(STOCK, "a", keyed, new Demand(100, 0, 1), 2)).isEqualTo(0.5);
  }

  @Test
  void what_instances_of_other_replicas_are_asked_counts_as_long_as_it_is_fresh() {
    asked("a", 100, 50);
    shares.others("other", Map.of(STOCK, new Sum(300, 1), ORDERS, new Sum(1_000, 1)));
    assertThat(asked("a", 100, 25)).isEqualTo(0.25, ROUGHLY);

    now += 6_000_000_000L;
    assertThat(asked("a", 100, 50)).isEqualTo(0.5, ROUGHLY);
  }

  @Test
  void other_replicas_are_told_the_sums_of_those_that_are_here() {
    asked("a", 100, 50);
    asked("b", 50, 50);
    shares.others("other", Map.of(STOCK, new Sum(300, 1)));
    assertThat(shares.sums()).isEqualTo(Map.of(STOCK, new Sum(150, 2)));

    shares.gone(STOCK, "a");
    assertThat(shares.sums()).isEqualTo(Map.of(STOCK, new Sum(50, 1)));

    shares.gone(STOCK, "b");
    assertThat(shares.sums()).isEmpty();
  }

  private double asked(String instance, int offered, int admitted) {
    return shares.demand(STOCK, instance, LIMIT, new Demand(offered, admitted, 1), 2);
  }
}
