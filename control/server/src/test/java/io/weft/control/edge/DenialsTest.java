package io.weft.control.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.DenialReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is known of denials, by a clock that the test moves. */
class DenialsTest {
  private final Moving clock = new Moving();
  private final Denials denials = new Denials(clock);

  @Test
  void agents_of_a_service_are_counted_together_and_what_is_enforced_apart_from_what_is_tried() {
    denials.report("a/b", List.of(denial("ann", false, 2), denial("ann", true, 7)));
    denials.report("a/b", List.of(denial("ann", false, 3), denial("bob", false, 1)));
    denials.report("a/c", List.of(denial("ann", false, 4)));

    assertThat(denials.now())
        .extracting(each -> each.service() + " " + each.caller() + " " + each.mode() + each.count())
        .containsExactly(
            "a/b ann shadow7", "a/b ann enforce5", "a/c ann enforce4", "a/b bob enforce1");
  }

  @Test
  void what_is_ten_minutes_old_is_forgotten() {
    denials.report("a/b", List.of(denial("ann", false, 2)));
    clock.now = clock.now.plus(Duration.ofMinutes(5));
    denials.report("a/b", List.of(denial("ann", false, 3)));
    assertThat(denials.now().get(0).count()).isEqualTo(5);

    clock.now = clock.now.plus(Duration.ofMinutes(5));
    assertThat(denials.now().get(0).count()).isEqualTo(3);
    assertThat(denials.now().get(0).lastAt()).isEqualTo("1970-01-01T00:05:00Z");

    clock.now = clock.now.plus(Duration.ofDays(300));
    assertThat(denials.now()).isEmpty();
  }

  @Test
  void however_many_callers_there_are_the_series_are_few() {
    for (int i = 0; i < 3 * Denials.MOST; i++) {
      denials.report("a/b", List.of(denial("caller " + i, false, 1)));
    }

    assertThat(denials.now()).hasSize(Denials.MOST + 1);
    assertThat(denials.now().get(0).caller()).isEqualTo("other");
    assertThat(denials.now().get(0).count()).isEqualTo(2L * Denials.MOST);
  }

  private static DenialReport denial(String caller, boolean shadow, long count) {
    return DenialReport.newBuilder()
        .setCaller(caller)
        .setPolicy("Authorization/a/b")
        .setShadow(shadow)
        .setCount(count)
        .build();
  }

  private static final class Moving extends Clock {
    private Instant now = Instant.EPOCH;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
