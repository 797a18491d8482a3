package io.weft.control.edge;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.EdgeReport;
import io.weft.api.v1.Report;
import org.junit.jupiter.api.Test;

class EdgesTest {
  private long nanos;
  private final Edges edges = new Edges(() -> nanos);

  @Test
  void a_single_call_in_plaintext_keeps_an_edge_from_counting_as_encrypted() {
    edges.report("one", report(1_000_000, 1_000_000, 0));
    assertThat(edges.now()).singleElement().extracting(Edge::encrypted).isEqualTo(1.0);

    edges.report("two", report(1, 0, 1));

    assertThat(edges.now()).singleElement().satisfies(e -> assertThat(e.encrypted()).isLessThan(1));
  }

  @Test
  void calls_that_reached_nobody_count_neither_as_encrypted_nor_as_plaintext() {
    edges.report("one", report(3, 0, 0));
    assertThat(edges.now()).singleElement().extracting(Edge::encrypted).isNull();

    edges.report("one", report(4, 3, 0));

    assertThat(edges.now()).singleElement().extracting(Edge::encrypted).isEqualTo(1.0);
  }

  @Test
  void an_edge_whose_calls_are_all_encrypted_is_so_while_one_is_reported_in_part() {
    edges.report("one", report(9, 10, 0));
    assertThat(edges.now()).singleElement().extracting(Edge::encrypted).isEqualTo(1.0);

    edges.report("one", report(9, 7, 0));

    assertThat(edges.now()).singleElement().extracting(Edge::encrypted).isEqualTo(1.0);
  }

  @Test
  void calls_are_told_of_the_last_ten_seconds_by_the_time_that_an_agents_reports_cover() {
    for (int second = 0; second < 60; second++) {
      nanos = SECONDS.toNanos(second);
      edges.report("one", report(30, 0, 0));
      if (second > 57) {
        edges.report("another", report(5, 0, 0));
      }
    }

    assertThat(edges.now())
        .singleElement()
        .satisfies(
            edge -> {
              assertThat(edge.callsPerSecond()).isEqualTo(35);
              assertThat(edge.calls()).isEqualTo(310);
            });
    nanos = SECONDS.toNanos(64);
    assertThat(edges.now()).singleElement().extracting(Edge::calls).isEqualTo(160L);
    nanos = SECONDS.toNanos(70);
    assertThat(edges.now()).isEmpty();
  }

  private static Report report(long calls, long encrypted, long plaintext) {
    return Report.newBuilder()
        .setIntervalMillis(1_000)
        .addEdges(
            EdgeReport.newBuilder()
                .setCaller("default/orders")
                .setCallee("default/stock")
                .setCalls(calls)
                .setEncrypted(encrypted)
                .setPlaintext(plaintext))
        .build();
  }
}
