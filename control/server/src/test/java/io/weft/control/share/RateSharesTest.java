package io.weft.control.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.RateDemand;
import io.weft.api.v1.RateLimit;
import io.weft.api.v1.RateShare;
import io.weft.api.v1.Source;
import io.weft.control.compile.ServiceId;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When agents are told of their parts in a limit. */
class RateSharesTest {
  private static final ServiceId STOCK = new ServiceId("default", "stock");

  private long now;
  private RateLimit limit =
      RateLimit.newBuilder()
          .setSource(
              Source.newBuilder().setKind("RateLimit").setNamespace("default").setName("calm"))
          .setLimit(100)
          .setPeriodNanos(1_000_000_000)
          .setBurst(100)
          .setScope(RateLimit.Scope.GLOBAL)
          .build();
  private final RateShares rates =
      new RateShares(new Shares(() -> now), () -> now, service -> limit, service -> 2);

  @Test
  void who_knows_none_begins_with_what_all_begin_with() {
    assertThat(rates.first(STOCK))
        .isEqualTo(RateShare.newBuilder().setShare(0.5).setFirst(true).build());
  }

  @Test
  void a_control_that_has_just_started_hears_all_before_it_changes_any() {
    assertThat(reported("a", 300)).isEmpty();
    assertThat(reported("b", 100)).isEmpty();
    assertThat(rates.rate("a")).contains(new Rate("RateLimit/default/calm", 0, 300, 50));

    now += 3_100_000_000L;
    assertThat(reported("a", 300).orElseThrow().getShare()).isGreaterThan(0.6);
    assertThat(reported("b", 100).orElseThrow().getShare()).isLessThan(0.4);
  }

  @Test
  void what_stays_is_not_told_again() {
    now += 3_100_000_000L;
    reported("b", 50);
    assertThat(reported("a", 50)).isPresent();

    assertThat(reported("a", 50)).isEmpty();
    assertThat(rates.rate("a").orElseThrow().share()).isEqualTo(0.5);
  }

  @Test
  void of_one_that_is_gone_and_of_a_limit_that_is_shared_no_more_nothing_is_known() {
    reported("a", 50);
    reported("b", 50);

    rates.gone(STOCK, "a");
    assertThat(rates.rate("a")).isEmpty();

    limit = limit.toBuilder().setScope(RateLimit.Scope.LOCAL).build();
    assertThat(reported("b", 50)).isEmpty();
    assertThat(rates.rate("b")).isEmpty();
  }

  private Optional<RateShare> reported(String instance, int offered) {
    return rates.reported(
        STOCK,
        instance,
        RateDemand.newBuilder().setOffered(offered).setAdmitted(50).build(),
        1_000);
  }
}
