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

  @Test
  void a_flame_graph_is_in_the_page_and_not_in_the_JSON(@TempDir Path folder) throws Exception {
    report.write(folder);

    assertThat(Files.readString(folder.resolve("report.html")))
        .contains("time in Java of the caller: 10.0&nbsp;%", "Hop.wire")
        .contains("srcdoc=\"<p title=&quot;a &amp;amp; b&quot;>\"");
    assertThat(Files.readString(folder.resolve("report.json")))
        .contains("Hop.wire")
        .doesNotContain("<p title");
  }

  private static Profile profile() {
    return new Profile(
        Party.WEFT_1,
        "httpclient-get-200",
        List.of(
            new Profile.Shares(
                "time in Java of the caller",
                0.1,
                List.of(new Profile.Share("Hop.wire", 0.05)),
                "<p title=\"a &amp; b\">")));
  }

  private static Report report() {
    Results results = new Results();
    results.add(0, RATE, Party.OWN_TLS, Measures.of(200, 0.4, 50_000));
    results.add(0, RATE, Party.WEFT_1, Measures.of(300, 0.6, 60_000));
    return new Report(
        Instant.EPOCH,
        new RaceOptions(),
        results,
        Goals.of(results),
        Map.of(),
        List.of(profile()),
        List.of("weft-1 has sent no traces"));
  }
}
