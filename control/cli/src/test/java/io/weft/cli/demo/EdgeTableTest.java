package io.weft.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class EdgeTableTest {
  private final EdgeTable table = new EdgeTable(false);

  @Test
  void anEdgeToOneVersionTakesOneLine() throws Exception {
    List<String> lines =
        table.lines(
            edges(
                """
                {"caller": "default/storefront", "callee": "default/orders", "version": "",
                 "callsPerSecond": 12.34, "calls": 123, "failures": 0,
                 "p50Millis": 8.61, "p99Millis": 38.05, "retries": 0, "causes": {}}
                """));

    assertThat(lines)
        .hasSize(2)
        .last()
        .asString()
        .matches("  storefront +→ orders +12.3  100.0 %   8.6 ms    38 ms       -");
  }

  @Test
  void versionsOfACalleeShareItsCalls() throws Exception {
    List<String> lines = table.lines(edges(stock("v1", 90, 0, 0), stock("v2", 10, 0, 0)));

    assertThat(lines.get(1)).contains("orders", "→ stock").contains(" 10.0 ");
    assertThat(lines.get(2)).contains("v1").endsWith("█████████░ 90 %");
    assertThat(lines.get(3)).contains("v2").endsWith("█░░░░░░░░░ 10 %");
  }

  @Test
  void oneFailureAmongVeryManyIsNotRoundedAway() throws Exception {
    List<String> lines = table.lines(edges(stock("v1", 100_000, 1, 0)));

    assertThat(lines.get(1)).contains("99.9 %");
    assertThat(lines.get(2)).contains("failed: connect × 1");
  }

  @Test
  void retriesAreShownOnTheirEdge() throws Exception {
    assertThat(table.lines(edges(stock("v1", 10, 0, 7))).get(1)).matches(".* ms +7  .*");
  }

  @Test
  void withoutAnyCallsThereIsOnlyTheHead() throws Exception {
    assertThat(table.lines(edges())).hasSize(1);
  }

  private static String stock(String version, long calls, long failures, long retries) {
    return """
        {"caller": "default/orders", "callee": "default/stock", "version": "%s",
         "callsPerSecond": %s, "calls": %d, "failures": %d, "p50Millis": 1.5, "p99Millis": 4.5,
         "retries": %d, "causes": {%s}}
        """
        .formatted(
            version,
            calls / 10.0,
            calls,
            failures,
            retries,
            failures == 0 ? "" : "\"connect\": " + failures);
  }

  private static List<Edge> edges(String... edges) throws JsonProcessingException {
    return Edge.all(new ObjectMapper().readTree("{\"edges\": [" + String.join(",", edges) + "]}"));
  }
}
