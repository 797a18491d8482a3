package io.weft.it.bench.race;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class PlanTest {
  @Test
  void a_quick_pass_takes_ten_minutes_and_a_full_one_about_an_hour() {
    assertThat(plan().expected()).isBetween(Duration.ofMinutes(8), Duration.ofMinutes(10));
    assertThat(plan("--full").expected()).isBetween(Duration.ofMinutes(50), Duration.ofMinutes(66));
  }

  @Test
  void a_librarys_first_workload_is_warmed_up_longest() {
    Plan plan =
        plan("--warm=20", "--workloads=httpclient-get-200,httpclient-get-10k,grpc-unary-200");

    assertThat(plan.warm(Workload.of("httpclient-get-200"))).isEqualTo(20);
    assertThat(plan.warm(Workload.of("httpclient-get-10k"))).isEqualTo(5);
    assertThat(plan.warm(Workload.of("grpc-unary-200"))).isEqualTo(20);
  }

  private static Plan plan(String... arguments) {
    RaceOptions options = new RaceOptions();
    new CommandLine(options).parseArgs(arguments);
    return new Plan(options);
  }
}
