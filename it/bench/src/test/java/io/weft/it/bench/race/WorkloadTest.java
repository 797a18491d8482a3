package io.weft.it.bench.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WorkloadTest {
  @Test
  void a_name_says_who_calls_how_and_for_how_much() {
    assertThat(Workload.of("httpclient-get-200")).isEqualTo(new Workload("httpclient", "get", 200));
    assertThat(Workload.of("urlconnection-post-10k"))
        .isEqualTo(new Workload("urlconnection", "post", 10_000));
    assertThat(Workload.of("grpc-stream-1m"))
        .isEqualTo(new Workload("grpc", "stream", 1_000_000))
        .hasToString("grpc-stream-1m");
  }

  @Test
  void a_name_of_no_workload_is_answered_with_what_to_write() {
    assertThatThrownBy(() -> Workload.of("grpc-get-200"))
        .hasMessageContaining("there is no workload grpc-get-200")
        .hasMessageContaining("grpc-unary-10k");
  }

  @Test
  void large_answers_are_asked_for_less_often() {
    assertThat(Workload.of("httpclient-get-200").rate(1_000)).isEqualTo(1_000);
    assertThat(Workload.of("httpclient-get-1m").rate(1_000)).isEqualTo(50);
  }
}
