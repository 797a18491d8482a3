package io.weft.it.bench.race;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class GoalsTest {
  private static final Workload GET = Workload.of("httpclient-get-200");
  private static final Cell ONE = new Cell(GET, Load.closed(1));
  private static final Cell RATE = new Cell(GET, Load.open(1_000));

  private final Results results = new Results();

  @Test
  void rounds_are_compared_each_within_itself() {
    // The machine was half as fast in the second round, for all.
    results.add(0, RATE, Party.OWN_TLS, Measures.of(200, 0.4, 50_000));
    results.add(0, RATE, Party.WEFT_1, Measures.of(210, 0.42, 51_000));
    results.add(1, RATE, Party.OWN_TLS, Measures.of(400, 0.8, 50_000));
    results.add(1, RATE, Party.WEFT_1, Measures.of(420, 0.84, 51_000));

    Verdict cpu = verdict("CPU per call, Weft at 1 % / own mTLS");

    assertThat(cpu.measured().orElseThrow().low()).isCloseTo(1.05, within());
    assertThat(cpu.measured().orElseThrow().high()).isCloseTo(1.05, within());
    assertThat(cpu.isMet()).isTrue();
    assertThat(verdict("allocation per call, Weft at 1 % / own mTLS").isMet()).isTrue();
  }

  @Test
  void a_round_that_one_party_did_not_finish_is_compared_with_no_other() {
    results.add(0, RATE, Party.OWN_TLS, Measures.of(200, 0.4, 50_000));
    results.add(1, RATE, Party.OWN_TLS, Measures.of(400, 0.8, 50_000));
    results.add(1, RATE, Party.WEFT_1, Measures.of(420, 0.84, 51_000));

    assertThat(verdict("CPU per call, Weft at 1 % / own mTLS").measured().orElseThrow().high())
        .isCloseTo(1.05, within());
  }

  @Test
  void a_goal_that_is_missed_is_called_so() {
    results.add(0, RATE, Party.OWN_TLS, Measures.of(200, 0.4, 50_000));
    results.add(0, RATE, Party.WEFT_1, Measures.of(200, 0.6, 60_000));

    assertThat(verdict("CPU per call, Weft at 1 % / own mTLS").isMissed()).isTrue();
    assertThat(verdict("allocation per call, Weft at 1 % / own mTLS").isMissed()).isTrue();
  }

  @Test
  void what_each_adds_to_the_applications_own_tls_is_compared() {
    results.add(0, ONE, Party.OWN_TLS, Measures.of(200, 0.4, 50_000));
    results.add(0, ONE, Party.WEFT_1, Measures.of(210, 0.4, 50_000));
    results.add(0, ONE, Party.ENVOY_1, Measures.of(800, 1, 50_000));

    assertThat(verdict("added p50, envoy-1 / Weft at 1 %").measured().orElseThrow().median())
        .isCloseTo(60, within());
    assertThat(verdict("p50 added to own mTLS").isMet()).isTrue();
  }

  @Test
  void goals_of_parties_that_were_not_there_are_not_spoken_of() {
    results.add(0, RATE, Party.OWN_TLS, Measures.of(200, 0.4, 50_000));

    assertThat(Goals.of(results)).isEmpty();
  }

  private Verdict verdict(String figure) {
    List<Verdict> all = Goals.of(results);
    return all.stream().filter(each -> each.figure().equals(figure)).findFirst().orElseThrow();
  }

  private static Percentage within() {
    return Percentage.withPercentage(1);
  }
}
