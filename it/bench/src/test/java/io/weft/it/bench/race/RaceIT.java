package io.weft.it.bench.race;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.it.bench.Bench;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The smallest race there is, of real processes; nothing is said of how fast anybody is. */
class RaceIT {
  @TempDir private Path folder;

  @Test
  void a_race_tells_what_each_party_came_to_and_goes_on_without_one_that_does_not_come_up()
      throws Exception {
    System.setProperty("weft.bench.envoy", folder.resolve("none").toString());
    int exit =
        new CommandLine(new Bench())
            .execute(
                "--parties=own-mtls,weft-100,envoy-1",
                "--workloads=httpclient-get-200,grpc-stream-200",
                "--callers=1",
                "--rate=50",
                "--rounds=1",
                "--warm=0.5",
                "--seconds=0.5",
                "--starts=0",
                "--profile",
                "--report=" + folder);

    assertThat(exit).isOne();
    JsonNode report = new ObjectMapper().readTree(folder.resolve("report.json").toFile());
    assertThat(report.path("complaints"))
        .hasSize(2)
        .allSatisfy(each -> assertThat(each.asText()).startsWith("envoy-1 does not come up: "));
    assertThat(report.path("cells")).hasSize(4);
    for (JsonNode cell : report.path("cells")) {
      for (String party : new String[] {"own-mtls", "weft-100"}) {
        JsonNode round = cell.path("rounds").path(party).path(0);
        assertThat(round.path("calls").asLong()).isPositive();
        assertThat(round.path("failures").asLong()).isZero();
        assertThat(round.path("p50Micros").asDouble()).isPositive();
        assertThat(round.path("cpuSecondsPerThousand").asDouble()).isPositive();
        assertThat(round.path("allocatedBytes").path("caller").asLong()).isPositive();
        assertThat(round.path("allocatedBytes").path("callee").asLong()).isPositive();
      }
    }
    assertThat(report.path("goals")).isNotEmpty();
    assertThat(report.path("profiles").findValuesAsText("title"))
        .contains("time in Java of the caller", "bytes allocated by the callee");
    assertThat(folder.resolve("weft-100-grpc-stream-200-caller-time.html"))
        .content()
        .contains("<canvas");
    assertThat(Files.readString(folder.resolve("report.html")))
        .contains(
            "<svg",
            "weft-100",
            "httpclient-get-200, 1 caller",
            "envoy-1 does not come up",
            "<iframe");
  }
}
