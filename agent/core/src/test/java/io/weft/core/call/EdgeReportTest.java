package io.weft.core.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.EdgeReport;
import io.weft.core.telemetry.OtelTelemetry;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What control hears of calls. */
class EdgeReportTest {
  private final OtelTelemetry telemetry = new OtelTelemetry();
  private final Shop shop = new Shop(telemetry.calls()).service("stock", "a");

  @Test
  void a_call_that_reached_nobody_is_told_from_one_in_plaintext() {
    shop.instance("a", Reply.status(503));
    shop.get("/");
    shop.instance("a", Reply.fails(Failure.RESET));
    shop.get("/");
    assertThat(report().getPlaintext()).isEqualTo(2);

    shop.instance("a", Reply.fails(Failure.CONNECT));
    shop.get("/");
    assertThat(report().getPlaintext()).isZero();

    shop.policy(
        """
        kind: Route
        metadata: {name: stock}
        spec:
          to: {service: stock}
          conf: {rules: [{backends: [{service: stock, labels: {version: v3}}]}]}
        """);
    assertThat(shop.get("/").status()).isEqualTo(503);
    assertThat(report().getPlaintext()).isZero();
  }

  private EdgeReport report() {
    List<EdgeReport> reports = telemetry.edges().take();
    assertThat(reports).hasSize(1);
    return reports.get(0);
  }
}
