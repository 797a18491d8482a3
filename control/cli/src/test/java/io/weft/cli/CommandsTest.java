package io.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.cli.Shell.Result;
import io.weft.control.Control;
import io.weft.control.Options;
import io.weft.control.document.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
        .contains(Kind.words().stream().map(word -> word + " ").toList());
  }

  @Test
  void schemasForEditorsArePrintedAndWritten() throws IOException {
    Path written = folder.resolve("schemas");

    assertThat(Shell.run(List.of("schema", "Retry")).out())
        .startsWith("{")
        .contains("\"idempotentOnly\"", "\"attempts\"");
    assertThat(Shell.run(List.of("schema", "--all", written.toString())).exit()).isZero();
    assertThat(Files.readString(written.resolve("Retry.json")))
        .isEqualToNormalizingNewlines(Shell.run(List.of("schema", "Retry")).out());
    assertThat(written.resolve("weft.json")).content().contains("Retry.json");
    assertThat(Shell.run(List.of("schema", "Retries")).err())
        .startsWith("weft: unknown kind Retries; there are Service, ExternalService, Route");
  }

  @Test
  void aDryRunSaysWhatWouldHappenAndChangesNothing() {
    String document = TIMEOUT.formatted("orders", "default");

    assertThat(shell.weftReading(document, "apply", "-f", "-", "--dry-run").out())
        .isEqualTo(lines("Timeout/default/orders would be created"));
    assertThat(shell.weft("get").out()).isEqualTo(lines("No policies in force."));
  }

  @Test
  void whatNotEveryLibraryCanDoIsSaid() {
    String hedged =
        """
        apiVersion: weft.io/v1
        kind: Retry
        metadata: {name: orders}
        spec: {conf: {attempts: 2, on: [5xx], hedge: {delay: 100ms}}}
        """;
    String mirrored =
        """
        apiVersion: weft.io/v1
        kind: Route
        metadata: {name: orders}
        spec: {to: {service: orders}, conf: {rules: [{filters: [{requestMirror: {}}]}]}}
        """;

    assertThat(shell.weftReading(hedged, "apply", "-f", "-").out())
        .contains("warning: ", "HttpURLConnection", "are not hedged");
    assertThat(shell.weftReading(mirrored, "apply", "-f", "-").out())
        .contains("warning: ", "HttpURLConnection", "are not mirrored");
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
  void historyTellsWhoChangedWhatFieldByField() {
    shell.weftReading(TIMEOUT.formatted("orders", "default"), "apply", "-f", "-");
    String changed =
        TIMEOUT.formatted("orders", "default").replace("request: 2s", "request: 3s, perTry: 1s");
    long generation = generation(shell.weftReading(changed, "apply", "-f", "-"));

    assertThat(shell.weft("history").out())
        .containsPattern(System.getProperty("user.name") + " \\(admin, token [\\w-]+\\)  Timeout");
    assertThat(shell.weft("history", Long.toString(generation)).out().lines().skip(1))
        .containsExactly(
            "Timeout/default/orders changed",
            "  ~ spec.conf.request: 2s -> 3s",
            "  + spec.conf.perTry: 1s");
    assertThat(shell.weft("history", "99").err())
        .isEqualTo(
            lines("weft: history tells of no generation 99: 'weft history' shows those it has"));
  }

  @Test
  void aRollbackPutsDocumentsBackAndIsToldAsSuch() {
    String before = TIMEOUT.formatted("orders", "default");
    long then = generation(shell.weftReading(before, "apply", "-f", "-"));
    shell.weftReading(before.replace("2s", "3s"), "apply", "-f", "-");
    shell.weftReading(TIMEOUT.formatted("stock", "default"), "apply", "-f", "-");

    String generation = Long.toString(then);
    assertThat(shell.weft("rollback", generation, "--dry-run").out())
        .isEqualTo(
            lines(
                "Timeout/default/orders would be changed",
                "  ~ spec.conf.request: 3s -> 2s",
                "Timeout/default/stock would be deleted",
                "  - apiVersion: weft.io/v1",
                "  - kind: Timeout",
                "  - metadata.name: stock",
                "  - metadata.namespace: default",
                "  - spec.to.service: stock",
                "  - spec.conf.request: 2s"));
    assertThat(shell.weft("rollback", generation).out())
        .isEqualTo(
            lines(
                "Timeout/default/orders changed in generation %d, as it was in %d"
                    .formatted(then + 3, then),
                "Timeout/default/stock deleted in generation %d, as it was in %d"
                    .formatted(then + 3, then)));

    assertThat(shell.weft("get", "-o", "yaml").out()).isEqualTo(before);
    assertThat(shell.weft("history").out())
        .contains("Timeout/default/orders changed, back to " + then);
    assertThat(shell.weft("rollback", generation).out())
        .isEqualTo(lines("Nothing differs from generation " + then + "."));
    assertThat(shell.weft("rollback", "99").err())
        .isEqualTo(lines("weft: there is no generation 99 yet: the newest is " + (then + 3)));
  }

  @Test
  void anEditorSeesAndRollsBackItsOwnNamespaceAlone() throws IOException {
    long then =
        generation(shell.weftReading(TIMEOUT.formatted("orders", "shop"), "apply", "-f", "-"));
    shell.weftReading(
        TIMEOUT.formatted("stock", "shop") + "---\n" + TIMEOUT.formatted("bank", "bank"),
        "apply",
        "-f",
        "-");
    Path token = folder.resolve("editor-token");
    Files.writeString(token, shell.weft("token", "create", "--role", "editor", "-n", "shop").out());
    Shell editor =
        Shell.with("127.0.0.1:" + control.port(), folder.resolve("data/root.pem"), token);
    await().until(() -> editor.weft("identity").exit() == 0);

    assertThat(editor.weft("history").out()).contains("Timeout/shop/stock").doesNotContain("bank");
    assertThat(editor.weft("history", "-n", "bank").err())
        .isEqualTo(lines("weft: the admin token may see the history of namespace shop alone"));
    assertThat(editor.weft("rollback", Long.toString(then), "-n", "bank").exit()).isEqualTo(1);
    assertThat(editor.weft("rollback", Long.toString(then)).out())
        .startsWith("Timeout/shop/stock deleted in generation ")
        .doesNotContain("bank");
    assertThat(shell.weft("get").out()).contains("bank", "orders").doesNotContain("stock");
    assertThat(shell.weft("history").out()).contains("(editor, token ");
  }

  @Test
  void diffShowsFieldByFieldWhatApplyWouldChangeAndChangesNothing() throws IOException {
    String route =
        """
        apiVersion: weft.io/v1
        kind: Route
        metadata: {name: stock}
        spec:
          to: {service: stock}
          conf:
            rules:
              - {name: testers, matches: [{method: GET}], backends: [{labels: {version: v2}}]}
              - {name: all, backends: [{labels: {version: v1}, weight: 9}]}
        """;
    shell.weftReading(route, "apply", "-f", "-");
    Path file = folder.resolve("new.yaml");
    Files.writeString(
        file,
        route
                .replaceFirst("- \\{name: testers.*\\n", "")
                .replace("weight: 9}", "weight: 8}, {labels: {version: v2}}")
            + "---\n"
            + TIMEOUT.formatted("stock", "default"));

    Result diff = shell.weft("diff", "-f", file.toString());

    assertThat(diff.err()).isEmpty();
    assertThat(diff.out().lines().filter(line -> !line.startsWith("warning: ")))
        .containsExactly(
            "Route/default/stock would be changed",
            "  - spec.conf.rules[testers].matches[0].method: GET",
            "  - spec.conf.rules[testers].backends[0].labels.version: v2",
            "  ~ spec.conf.rules[all].backends[0].weight: 9 -> 8",
            "  + spec.conf.rules[all].backends[1].labels.version: v2",
            "Timeout/default/stock would be created",
            "  + apiVersion: weft.io/v1",
            "  + kind: Timeout",
            "  + metadata.name: stock",
            "  + metadata.namespace: default",
            "  + spec.to.service: stock",
            "  + spec.conf.request: 2s");
    assertThat(shell.weft("diff", "-f", file.toString(), "-o", "json").out())
        .contains("\"field\" : \"spec.conf.rules[all].backends[0].weight\"", "\"after\" : \"8\"");
    assertThat(shell.weft("get", "-o", "yaml").out()).isEqualTo(route);
    assertThat(shell.weftReading(route, "diff", "-f", "-").out())
        .startsWith("Route/default/stock unchanged");
    assertThat(shell.weftReading("# why\n" + route, "diff", "-f", "-").out())
        .startsWith(lines("Route/default/stock would be changed", "  only how it is written"));
  }

  @Test
  void diffChecksAllThatApplyChecks() {
    shell.weftReading(TIMEOUT.formatted("stock", "default"), "apply", "-f", "-");
    String tie = TIMEOUT.formatted("stock", "default").replace("name: stock", "name: other");

    Result diff = shell.weftReading(tie, "diff", "-f", "-");

    assertThat(diff.exit()).isEqualTo(1);
    assertThat(diff.err()).contains("Timeout/default/other ties with Timeout/default/stock");
    assertThat(diff.err()).isEqualTo(shell.weftReading(tie, "apply", "-f", "-", "--dry-run").err());
  }

  @Test
  void explainSaysWhatItNeedsAndWhoIsMissing() {
    assertThat(shell.weft("explain", "--from", "orders").err())
        .startsWith("weft: name a trace or request id, or both --from and --to");
    assertThat(shell.weft("explain", "--from", "orders", "--to", "stock").err())
        .isEqualTo(
            lines(
                "weft: no agent of default/orders that could tell is connected: weft status shows"
                    + " which are"));
    assertThat(shell.weft("explain", "abc").err())
        .startsWith("weft: no connected agent knows a request abc any more");
    assertThat(shell.weft("explain", "--from", "a", "--to", "b", "-H", "novalue").err())
        .isEqualTo(lines("weft: -H novalue must be 'name: value'"));
  }

  @Test
  void waitingForNobodyIsSoonOver() {
    assertThat(
            shell
                .weftReading(TIMEOUT.formatted("orders", "default"), "apply", "-f", "-", "--wait")
                .out())
        .containsPattern("generation \\d+ is enforced by nobody, as no agent is connected\n$");
    Result dry = shell.weftReading("", "apply", "-f", "-", "--wait", "--dry-run");
    assertThat(dry.exit()).isEqualTo(2);
    assertThat(dry.err()).startsWith("weft: --dry-run changes nothing that --wait could wait for");
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

  private static long generation(Result applied) {
    Matcher told = Pattern.compile("in generation (\\d+)").matcher(applied.out());
    assertThat(told.find()).as(applied.err()).isTrue();
    return Long.parseLong(told.group(1));
  }

  private static String lines(String... lines) {
    return String.join(System.lineSeparator(), lines) + System.lineSeparator();
  }
}
