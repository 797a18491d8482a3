package io.weft.core.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.core.balance.Algorithm;
import io.weft.core.balance.Balancing;
import io.weft.core.balance.Cluster;
import io.weft.core.balance.Cluster.Tried;
import io.weft.core.call.Alarms;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.endpoint.EndpointHealth;
import io.weft.core.endpoint.EndpointLoad;
import io.weft.core.endpoint.EndpointTls;
import io.weft.core.endpoint.Outcome;
import io.weft.core.outlier.OutlierPolicy;
import io.weft.core.outlier.Outliers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who is asked how it is, how often, and what is made of it. */
class HealthChecksTest {
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Duration EJECTION = Duration.ofSeconds(30);

  private final Time time = new Time();
  private final Map<String, Finding> answers = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(1);
  // Neither soon nor late.
  private DoubleSupplier chance = () -> 0.5;
  private final Outliers outliers = new Outliers();
  private int callers = 1;
  private HealthPolicy policy = policy(false, 2, 3);
  private @Nullable OutlierPolicy watched;
  private double panic = 50;
  private final HealthChecks checks =
      new HealthChecks(
          "default/stock",
          new Checkups(
              time, this::ask, () -> chance.getAsDouble(), change -> told.add(change.toString())),
          () -> callers);
  private Cluster cluster = cluster();
  private List<Endpoint> members = List.of();

  @Test
  void an_endpoint_is_passed_over_after_so_many_bad_checks_and_back_after_so_many_good_ones() {
    members("a", "b", "c");
    answers.put("b", Finding.unwell("status 503"));

    rounds(2);
    assertThat(chosen()).containsExactly("a", "b", "c");
    rounds(1);
    assertThat(chosen()).containsExactly("a", "c");
    assertThat(told).containsExactly("b:80 of default/stock is unhealthy: status 503");

    answers.remove("b");
    rounds(1);
    assertThat(chosen()).containsExactly("a", "c");
    rounds(1);
    assertThat(chosen()).containsExactly("a", "b", "c");
    assertThat(told).last().isEqualTo("b:80 of default/stock is healthy again");
  }

  @Test
  void a_good_check_between_bad_ones_starts_the_count_anew() {
    members("a", "b", "c");
    for (int i = 0; i < 5; i++) {
      answers.put("b", Finding.unwell("status 503"));
      rounds(2);
      answers.remove("b");
      rounds(1);
    }

    assertThat(chosen()).containsExactly("a", "b", "c");
    assertThat(told).isEmpty();
  }

  @Test
  void what_could_not_be_asked_says_nothing() {
    members("a", "b", "c");
    answers.put("b", Finding.NOT_ASKED);

    rounds(10);

    assertThat(chosen()).containsExactly("a", "b", "c");
  }

  @Test
  void each_is_asked_once_an_interval_and_not_all_at_once() {
    chance = random::nextDouble;
    members(Stream.iterate(0, i -> i + 1).limit(100).map(i -> "e" + i).toArray(String[]::new));

    int most = 0;
    for (int i = 0; i < 600; i++) {
      int before = asked.size();
      time.pass(Duration.ofSeconds(1));
      most = Math.max(most, asked.size() - before);
    }

    // 60 intervals, each a tenth longer or shorter.
    assertThat(asked.stream().filter("e7"::equals)).hasSizeBetween(55, 66);
    assertThat(asked).hasSizeBetween(5_800, 6_200);
    assertThat(most).isLessThan(35);
  }

  @Test
  void a_thousand_callers_together_ask_no_more_than_ten_times_an_interval() {
    callers = 1_000;
    members("a");

    time.pass(INTERVAL.multipliedBy(10_000));

    assertThat(asked).hasSizeBetween(95, 105);
  }

  @Test
  void while_fewer_than_the_panic_threshold_would_be_left_all_are_used() {
    members("a", "b", "c", "d");
    answers.put("a", Finding.unwell("no connection"));
    answers.put("b", Finding.unwell("no connection"));
    rounds(3);
    assertThat(chosen()).containsExactly("c", "d");

    answers.put("c", Finding.unwell("no connection"));
    rounds(3);
    assertThat(chosen()).containsExactly("a", "b", "c", "d");
    assertThat(says("a"))
        .isEqualTo(
            "HealthCheck/default/stock finds it unhealthy: no connection, but too few would be"
                + " left");
  }

  @Test
  void when_none_is_left_all_are_used_whatever_the_threshold() {
    panic = 0;
    cluster = cluster();
    members("a", "b");
    answers.put("a", Finding.unwell("no connection"));
    rounds(3);
    assertThat(chosen()).containsExactly("b");

    answers.put("b", Finding.unwell("no connection"));
    rounds(3);
    assertThat(chosen()).containsExactly("a", "b");
  }

  @Test
  void those_that_outlier_detection_has_ejected_are_not_left_either() {
    watched =
        new OutlierPolicy(
            "OutlierDetection/default/stock",
            false,
            1,
            0,
            0,
            null,
            INTERVAL.toNanos(),
            EJECTION.toNanos(),
            50);
    cluster = cluster();
    members("a", "b", "c", "d");
    answers.put("b", Finding.unwell("no connection"));
    answers.put("c", Finding.unwell("no connection"));
    rounds(3);
    assertThat(chosen()).containsExactly("a", "d");

    endpoint("a").health().told(Outcome.SERVER_ERROR, time.nanoTime());

    // Of those that are healthy one of four is left: the others are used, but for the ejected one.
    assertThat(chosen()).containsExactly("b", "c", "d");
    time.pass(EJECTION);
    assertThat(chosen()).containsExactly("a", "d");
  }

  @Test
  void in_shadow_mode_nobody_is_passed_over() {
    policy = policy(true, 2, 3);
    cluster = cluster();
    members("a", "b", "c");
    answers.put("b", Finding.unwell("status 503"));

    rounds(3);

    assertThat(chosen()).containsExactly("a", "b", "c");
    assertThat(endpoint("b").health().wouldBePassedOver(time.nanoTime())).isTrue();
    assertThat(told).containsExactly("b:80 of default/stock is unhealthy: status 503 (shadow)");
    assertThat(says("b"))
        .isEqualTo("HealthCheck/default/stock would find it unhealthy: status 503");
  }

  @Test
  void what_is_known_outlives_a_push_and_a_change_of_the_document() {
    members("a", "b", "c");
    answers.put("b", Finding.unwell("status 503"));
    rounds(3);

    members("a", "b", "c", "d");
    assertThat(chosen()).containsExactly("a", "c", "d");

    policy = policy(false, 1, 3);
    cluster = cluster();
    members("a", "b", "c", "d");
    assertThat(chosen()).containsExactly("a", "c", "d");
    answers.remove("b");
    rounds(1);
    assertThat(chosen()).containsExactly("a", "b", "c", "d");
  }

  @Test
  void those_that_are_gone_are_asked_no_more() {
    members("a", "b");
    rounds(1);
    members("a");
    asked.clear();
    rounds(2);
    assertThat(asked).contains("a").doesNotContain("b");

    checks.close();
    asked.clear();
    rounds(2);
    assertThat(asked).isEmpty();
    assertThat(time.rings).isEmpty();
  }

  private static HealthPolicy policy(boolean shadow, int healthy, int unhealthy) {
    return new HealthPolicy(
        "HealthCheck/default/stock",
        shadow,
        new Probe.Tcp(),
        INTERVAL.toNanos(),
        Duration.ofSeconds(1).toNanos(),
        healthy,
        unhealthy);
  }

  private Cluster cluster() {
    return new Cluster(
        "default/stock",
        new Balancing(Algorithm.ROUND_ROBIN, 0, 0, panic, null, watched, policy),
        outliers,
        checks);
  }

  private void members(String... names) {
    members =
        Stream.of(names)
            .map(
                name ->
                    new Endpoint(
                        name,
                        name,
                        80,
                        EndpointTls.NONE,
                        "",
                        Map.of(),
                        "",
                        1,
                        false,
                        new EndpointLoad(),
                        EndpointHealth.UNWATCHED))
            .toList();
    cluster.members(members);
  }

  private Endpoint endpoint(String name) {
    return cluster.candidates(Tried.NOTHING, time.nanoTime()).stream()
        .map(Cluster.Candidate::endpoint)
        .filter(each -> each.uid().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private String says(String name) {
    return endpoint(name).health().says(time.nanoTime());
  }

  /** So many checks of each endpoint. */
  private void rounds(int count) {
    time.pass(INTERVAL.multipliedBy(count));
  }

  private Set<String> chosen() {
    Set<String> chosen = new TreeSet<>();
    for (int i = 0; i < 20; i++) {
      Endpoint endpoint = cluster.choose(Tried.NOTHING, 0, time.nanoTime(), random);
      chosen.add(endpoint == null ? "none" : endpoint.uid());
    }
    return chosen;
  }

  private void ask(Endpoint endpoint, Probe probe, long timeoutNanos, Consumer<Finding> done) {
    asked.add(endpoint.uid());
    done.accept(answers.getOrDefault(endpoint.uid(), Finding.WELL));
  }

  /** Goes on when it is told to. */
  private static final class Time implements Alarms {
    private final PriorityQueue<Ring> rings = new PriorityQueue<>(Comparator.comparing(Ring::at));
    private long now;

    private record Ring(long at, Runnable run) {}

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public Alarm at(long nanoTime, Runnable run) {
      Ring ring = new Ring(nanoTime, run);
      rings.add(ring);
      return () -> rings.remove(ring);
    }

    void pass(Duration duration) {
      long end = now + duration.toNanos();
      for (Ring next = rings.peek(); next != null && next.at() <= end; next = rings.peek()) {
        rings.remove(next);
        now = next.at();
        next.run().run();
      }
      now = end;
    }
  }
}
