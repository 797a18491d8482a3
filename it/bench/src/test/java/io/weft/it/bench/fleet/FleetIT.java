package io.weft.it.bench.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.it.bench.Bench;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The smallest fleet there is, with a real control over a real etcd; nothing is said of time. */
class FleetIT {
  @Test
  void a_policy_is_sent_to_each_caller_once_and_of_instances_that_are_replaced_what_changes(
      @TempDir Path folder) throws Exception {
    Path json = folder.resolve("fleet.json");

    int exit =
        new CommandLine(new Bench())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(
                "fleet",
                "--scenario=write,restart",
                "--agents=30",
                "--seconds=2",
                "--json=" + json);

    assertThat(exit).isZero();
    Map<String, Double> figures = new TreeMap<>();
    for (JsonNode each : new ObjectMapper().readTree(json.toFile()).path("figures")) {
      figures.put(
          each.path("scenario").asText() + ": " + each.path("name").asText(),
          each.path("value").asDouble());
    }
    assertThat(figures).containsEntry("write: updates for an agent and write", 1.0);
    assertThat(figures.get("restart: updates for a caller")).isPositive();
    assertThat(figures.get("restart: resources sent whole for a caller")).isLessThan(1.0);
  }
}
