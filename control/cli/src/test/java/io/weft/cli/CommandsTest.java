package io.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.cli.Shell.Result;
import io.weft.control.Control;
import io.weft.control.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
  private static final Path EXAMPLES = Path.of("../../examples");

  private static final String TIMEOUT =
      """
      apiVersion: weft.io/v1
      kind: Timeout
      metadata: {name: %s, namespace: %s}
      spec: {to: {service: %1$s}, conf: {request: 2s}}
      """;

  @TempDir Path folder;
  private Control control;
  private Shell shell;

  @BeforeEach
  void startControl() throws IOException {
    Path data = folder.resolve("data");
    control =
        Control.start(new Options("127.0.0.1", 0, "", "embedded:" + folder.resolve("store"), data));
    shell = Shell.at("127.0.0.1:" + control.port(), data);
  }

  @AfterEach
  void stopControl() {
    control.close();
  }

  @Test
  void everyExampleIsTakenAndOneOfEachKindIsThere() throws IOException {
    Result applied = shell.weft("apply", "-f", EXAMPLES.toString());

    assertThat(applied.err()).isEmpty();
    assertThat(applied.exit()).isZero();
    int documents = 0;
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".yaml")).toList()) {
        documents +=
            (int) Files.readAllLines(file).stream().filter(l -> l.startsWith("kind:")).count();
      }
    }
    assertThat(applied.out().lines().filter(line -> line.contains(" created in generation ")))
        .hasSize(documents);
    assertThat(shell.weft("get").out())
        .contains("Service ", "Route ", "Timeout ", "Retry ", "LoadBalancer ");
  }

  @Test
  void aDryRunSaysWhatWouldHappenAndChangesNothing() {
    String document = TIMEOUT.formatted("orders", "default");

    assertThat(shell.weftReading(document, "apply", "-f", "-", "--dry-run").out())
        .isEqualTo(lines("Timeout/default/orders would be created"));
    assertThat(shell.weft("get").out()).isEqualTo(lines("No policies in force."));
  }

  @Test
  void severalDocumentsOnStandardInputAreAppliedInOneGeneration() {
    String documents =
        TIMEOUT.formatted("orders", "default") + "---\n" + TIMEOUT.formatted("stock", "default");

    Result applied = shell.weftReading(documents, "apply", "-f", "-");

    assertThat(applied.out()).containsPattern("orders created in generation (\\d+)\n.*\\1\n");
    assertThat(shell.weftReading(documents, "apply", "-f", "-").out())
        .isEqualTo(lines("Timeout/default/orders unchanged", "Timeout/default/stock unchanged"));
  }

  @Test
  void jsonIsTakenToo() {
    String json =
        """
        {"apiVersion": "weft.io/v1", "kind": "LoadBalancer", "metadata": {"name": "all"},
         "spec": {"conf": {"algorithm": "ROUND_ROBIN"}}}
        """;

    assertThat(shell.weftReading(json, "apply", "-f", "-").out())
        .startsWith("LoadBalancer/default/all created");
  }

  @Test
  void getShowsDocumentsAsTheyWereWritten() {
    String commented = "# why it is so\n" + TIMEOUT.formatted("orders", "default");
    shell.weftReading(commented, "apply", "-f", "-");

    assertThat(shell.weft("get", "Timeout/orders", "-o", "yaml").out()).isEqualTo(commented);
    assertThat(shell.weft("get", "Timeout/default/orders", "-o", "json").out())
        .contains("\"kind\" : \"Timeout\"", "\"generation\" : ");
  }

  @Test
  void getKeepsToANamespaceWithAndWithoutAKind() {
    shell.weftReading(
        TIMEOUT.formatted("orders", "default") + "---\n" + TIMEOUT.formatted("stock", "shop"),
        "apply",
        "-f",
        "-");

    assertThat(shell.weft("get", "-n", "shop").out()).contains("stock").doesNotContain("orders");
    assertThat(shell.weft("get", "Timeout", "-n", "default").out())
        .contains("orders")
        .doesNotContain("stock");
    assertThat(shell.weft("get", "-n", "nowhere").out())
        .isEqualTo(lines("No policies in force in namespace nowhere."));
  }

  @Test
  void aDeletedDocumentIsGoneAndHistoryTellsItsLife() {
    shell.weftReading(TIMEOUT.formatted("orders", "default"), "apply", "-f", "-");

    assertThat(shell.weft("delete", "Timeout/orders").out())
        .startsWith("Timeout/default/orders deleted in generation ");
    assertThat(shell.weft("get").out()).isEqualTo(lines("No policies in force."));
    assertThat(shell.weft("history").out().lines().skip(1))
        .satisfiesExactly(
            newest -> assertThat(newest).endsWith("Timeout/default/orders deleted"),
            oldest -> assertThat(oldest).endsWith("Timeout/default/orders created"));
  }

  @Test
  void ofAFolderTheGoodFilesAreAppliedAndTheBadOnesNamed() throws IOException {
    Path good = folder.resolve("policies/good.yaml");
    Files.createDirectories(good.getParent());
    Files.writeString(good, TIMEOUT.formatted("orders", "default"));
    Path bad = folder.resolve("policies/bad.yaml");
    Files.writeString(bad, TIMEOUT.formatted("stock", "default").replace("2s", "soon"));

    Result applied = shell.weft("apply", "-f", folder.resolve("policies").toString());

    assertThat(applied.exit()).isEqualTo(1);
    assertThat(applied.out()).startsWith("Timeout/default/orders created");
    assertThat(applied.err())
        .isEqualTo(lines(bad + ":4: spec.conf.request is soon; must be duration from 1ms to 24h"));
  }

  @Test
  void statusTellsOfControlWhileNoAgentIsConnected() {
    assertThat(shell.weft("status").out())
        .containsPattern("^generation \\d+, store the embedded store in .*, controls 1\n")
        .endsWith(lines("No agent is connected."));
    assertThat(shell.weft("status", "-o", "json").out()).contains("\"agents\" : [ ]");
  }

  private static String lines(String... lines) {
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }
}
