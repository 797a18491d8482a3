package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.DenialReport;
import io.weft.api.v1.Report;
import io.weft.core.identity.Peer;
import io.weft.core.identity.SpiffeId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What control is told of denials. */
class DenialCountsTest {
  private final DenialCounts counts = new DenialCounts();

  @Test
  void another_generation_of_a_document_is_the_same_document_and_each_report_starts_from_zero() {
    counts.count(peer("ann"), "Authorization/default/stock@7", false);
    counts.count(peer("ann"), "Authorization/default/stock@8", false);
    counts.count(Peer.UNKNOWN, "mesh", false);

    assertThat(report())
        .containsExactlyInAnyOrder(
            denial("spiffe://weft.local/ns/default/sa/ann", "Authorization/default/stock", 2),
            denial("unknown", "mesh", 1));
    assertThat(report()).isEmpty();
  }

  @Test
  void however_many_callers_there_are_the_series_are_few() {
    for (int i = 0; i < 2 * DenialCounts.MOST; i++) {
      counts.count(peer("p" + i), "Authorization/default/stock@7", false);
    }

    assertThat(report())
        .hasSize(DenialCounts.MOST + 1)
        .contains(denial("other", "Authorization/default/stock", DenialCounts.MOST));
  }

  private List<DenialReport> report() {
    Report.Builder report = Report.newBuilder();
    counts.addTo(report);
    return report.getDenialsList();
  }

  private static DenialReport denial(String caller, String policy, long count) {
    return DenialReport.newBuilder().setCaller(caller).setPolicy(policy).setCount(count).build();
  }

  private static Peer peer(String name) {
    return Peer.of(SpiffeId.parse("spiffe://weft.local/ns/default/sa/" + name), List.of());
  }
}
