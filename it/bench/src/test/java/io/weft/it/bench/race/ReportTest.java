package io.weft.it.bench.race;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static final Cell RATE = new Cell(Workload.of("httpclient-get-200"), Load.open(1_000));

  private final Report report = report();

  @Test
  void the_table_names_what_is_missed_and_what_went_wrong() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();

    report.print(new PrintStream(printed, true, StandardCharsets.UTF_8));

    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("httpclient-get-200, 1000 calls/s")
        .containsPattern("weft-1 .* 1.50")
        .containsPattern("MISSED +CPU per call, Weft at 1 % / own mTLS .* 1.50 .* <= 1.10")
        .contains("weft bench: weft-1 has sent no traces");
  }

  @Test
  void the_JSON_has_each_round_and_the_page_all_that_is_in_the_table(@TempDir Path folder)
      throws Exception {
    report.write(folder);

    JsonNode json = new ObjectMapper().readTree(folder.resolve("report.json").toFile());
    JsonNode round = json.path("cells").path(0).path("rounds").path("weft-1").path(0);
    assertThat(round.path("calls").asLong()).isEqualTo(1_000);
    assertThat(round.path("cpuSecondsPerThousand").asDouble()).isEqualTo(0.6);
    assertThat(round.path("bytesPerCall").asDouble()).isEqualTo(60_000);
    assertThat(json.path("goals").findValuesAsText("met")).contains("false");
    assertThat(Files.readString(folder.resolve("report.html")))
        .startsWith("<!doctype html>")
        .contains("weft-1", "own-mtls", "<svg", "class=missed>missed", "has sent no traces");
  }

  private static Report report() {
    Results results = new Results();
    results.add(RATE, Party.OWN_TLS, Measures.of(200, 0.4, 50_000));
    results.add(RATE, Party.WEFT_1, Measures.of(300, 0.6, 60_000));
    return new Report(
        Instant.EPOCH,
        new RaceOptions(),
        results,
        Goals.of(results),
        Map.of(),
        List.of(),
        List.of("weft-1 has sent no traces"));
  }
}
