package io.weft.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.core.registry.InFlight;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class QuietTest {

  private final InFlight inFlight = new InFlight();
  private final TreeMap<Long, Runnable> events = new TreeMap<>();
  private final Quiet quiet = new Quiet(inFlight, this::now, this::pass);
  private long now;

  @Test
  void an_idle_server_is_quiet_after_a_moment_for_late_arrivals() {
    assertThat(quiet.await(Duration.ofSeconds(5))).isZero();
    assertThat(now).isEqualTo(Quiet.LASTING.toNanos());
  }

  @Test
  void requests_in_flight_are_waited_for() {
    inFlight.begin();
    at(1_000, inFlight::end);

    assertThat(quiet.await(Duration.ofSeconds(5))).isZero();
    assertThat(Duration.ofNanos(now).minus(Quiet.LASTING))
        .isBetween(Duration.ofMillis(990), Duration.ofMillis(1_010));
  }

  @Test
  void a_request_that_arrives_late_is_waited_for_too() {
    at(30, inFlight::begin);
    at(500, inFlight::end);

    assertThat(quiet.await(Duration.ofSeconds(5))).isZero();
    assertThat(Duration.ofNanos(now)).isGreaterThan(Duration.ofMillis(500));
  }

  @Test
  void a_request_that_does_not_end_is_counted_when_the_time_is_up() {
    inFlight.begin();

    assertThat(quiet.await(Duration.ofSeconds(5))).isEqualTo(1);
    assertThat(Duration.ofNanos(now)).isEqualTo(Duration.ofSeconds(5));
  }

  private void at(long millis, Runnable event) {
    events.put(Duration.ofMillis(millis).toNanos(), event);
  }

  private long now() {
    return now;
  }

  private void pass(long nanos) {
    now += nanos;
    Map<Long, Runnable> due = events.headMap(now, true);
    due.values().forEach(Runnable::run);
    due.clear();
  }
}
