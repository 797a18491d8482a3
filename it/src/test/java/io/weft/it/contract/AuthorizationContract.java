package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.process.JavaProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Who gets what of a server whose application keeps a vault at {@code /vault} and below: requests
 * are written byte by byte, and what counts is what the application says it saw.
 */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(ContractMesh.Extension.class)
abstract class AuthorizationContract {
  private static final String OPENED = "the vault was opened";

  /** Ways to the vault, and ways that some servers take for one. */
  private static final List<String> TRICKS =
      List.of(
          "/vault",
          "/vault/gold",
          "/vault/",
          "/vault?x=/../open",
          "/vault/gold#x",
          "/open#/../vault/gold",
          "/vault#/../open",
          "//vault/gold",
          "///vault/gold",
          "/vault//gold",
          "/./vault/gold",
          "/vault/./gold",
          "/vault/.",
          "/vault/..",
          "/vault/../open",
          "/vault/gold/../../open",
          "/vault/%2e%2e/open",
          "/vault/.%2e/open",
          "/open/../vault/gold",
          "/open/%2e%2e/vault/gold",
          "/open/..;/vault/gold",
          "/open/..;x=y/vault/gold",
          "/open;/../vault/gold",
          "/vault;x=/../open",
          "/vault/..;/open",
          "/;x/vault/gold",
          "/vault;x/gold",
          "/vault/gold;x",
          "/%76ault/gold",
          "/v%61ult/gold",
          "/%2576ault/gold",
          "/open%2f..%2fvault/gold",
          "/open/..%2fvault/gold",
          "/open%5c..%5cvault/gold",
          "/vault%2fgold",
          "%2fvault/gold",
          "/%2fvault/gold",
          "/vault%5cgold",
          "/vault\\gold",
          "/open\\..\\vault\\gold",
          "/\\vault/gold",
          "\\vault\\gold",
          "/vault%00/gold",
          "/open/%00/../vault/gold",
          "/%c0%afvault/gold",
          "/open/%c0%ae%c0%ae/vault/gold",
          "/open/%e0%80%ae%e0%80%ae/vault/gold",
          "/open/\u00c0\u00ae\u00c0\u00ae/vault/gold",
          "/vault/g\u00f6ld",
          "/VAULT/gold",
          "/Vault/gold",
          "/vault%20/gold",
          "/vault%09",
          "/vault./gold",
          "vault/gold",
          "",
          "?/vault/gold",
          "*",
          "http://h/vault/gold",
          "HTTP://h/vault/gold",
          "http://h//vault/gold",
          "http://h/open/../vault/gold",
          "http://h/vault/../open",
          "http://h?/vault/gold",
          "http:///vault/gold",
          "http:/vault/gold",
          "http:vault/gold",
          "http://open@h/vault/gold",
          "file:///vault/gold",
          "https://h/vault/gold",
          "h:80",
          "//h/vault/gold",
          "//h:80/vault",
          "/vault/%zz",
          "/vault/%",
          "/open/../../vault/gold",
          "/../vault/gold");

  private final Set<String> applied = new TreeSet<>();
  private final Map<String, Visitor> visitors = new HashMap<>();
  private ContractMesh mesh;
  private JavaProcess app;
  private int port;

  /** The application under test, to be started; its first port is asked. */
  abstract JavaProcess.Builder application();

  /** Whether it speaks HTTP/2. */
  boolean speaksHttp2() {
    return false;
  }

  /** Whether the application is shown certificates as those of TLS of its own. */
  boolean showsCertificates() {
    return false;
  }

  private String service() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  @BeforeAll
  void start(ContractMesh shared) {
    mesh = shared;
    app =
        mesh.start(
            service(),
            application()
                .env("WEFT_FORWARD_CLIENT_CERT", "append")
                .env("OTEL_METRICS_EXPORTER", "otlp")
                .env("OTEL_METRIC_EXPORT_INTERVAL", "500"));
    port = Integer.parseInt(app.awaitLine("serving on port (\\d+)").group(1));
    visitors.put("-", Visitor.stranger());
    visitors.put("afar", Visitor.stranger().from("127.0.0.9"));
    visitors.put("ann", Visitor.known(mesh, "default", "ann"));
    visitors.put("bob", Visitor.known(mesh, "bank", "bob"));
    eventually().until(() -> mesh.ports(app).size() == 2);
    // Its identity has come.
    eventually().until(() -> says("ann", "GET /vault HTTP/1.1", "Host: h").contains(OPENED));
  }

  @AfterEach
  void tidy() {
    applied.forEach(
        name -> mesh.awaitAcked(app, mesh.admin().delete("Authorization", "default", name)));
    applied.clear();
  }

  @AfterAll
  void end() {
    app.close();
  }

  @Test
  void no_way_of_writing_it_leads_to_a_path_that_is_denied_nor_past_one_that_is_allowed()
      throws IOException {
    List<String> ways = opened("-", "ann");
    assertThat(ways).as("without a policy").contains("- /vault/gold", "ann /vault/gold");

    deny("{paths: ['/vault*']}");
    assertThat(opened("-", "ann")).as("denied").isEmpty();
    assertThat(says("-", "GET /status?204 HTTP/1.1", "Host: h")).contains(" 204 ");

    tidy();
    allow("{paths: [/open, '/open/*', /status]}");
    assertThat(opened("-")).as("not allowed").isEmpty();
    assertThat(says("-", "GET /status?204 HTTP/1.1", "Host: h")).contains(" 204 ");

    tidy();
    allow("{notPaths: ['/vault*']}");
    assertThat(opened("-")).as("not allowed by exception").isEmpty();
    assertThat(says("-", "GET /status?204 HTTP/1.1", "Host: h")).contains(" 204 ");
  }

  @Test
  void no_other_word_for_a_method_that_is_denied_does_it() throws IOException {
    deny("{paths: ['/vault*'], methods: [POST]}");

    for (String method : List.of("POST", "post", "Post", "pOST")) {
      assertThat(says("-", method + " /vault HTTP/1.1", "Host: h", "Content-Length: 0"))
          .as(method)
          .doesNotContain(OPENED);
    }
    assertThat(
            says(
                "-",
                "POST /vault HTTP/1.1",
                "Host: h",
                "X-HTTP-Method-Override: GET",
                "X-Method-Override: GET",
                "Content-Length: 0"))
        .doesNotContain(OPENED);
    assertThat(says("-", "GET /vault HTTP/1.1", "Host: h", "X-HTTP-Method-Override: POST"))
        .contains(OPENED + " by GET");

    tidy();
    allow("{methods: [GET]}");
    assertThat(says("-", "HEAD /vault HTTP/1.1", "Host: h")).contains(" 403 ");
    assertThat(says("-", "get /vault HTTP/1.1", "Host: h")).doesNotContain(OPENED);
    assertThat(says("-", "GET /vault HTTP/1.1", "Host: h")).contains(OPENED);
  }

  @Test
  void who_may_is_decided_by_who_is_proven_and_from_where_by_the_connection() {
    for (String row :
        """
        principals: [default/ann]            | ann
        principals: ['default/*']            | ann
        principals: ['bank/*', default/ann]  | ann bob
        principals: ['*']                    | ann bob
        principals: ['spiffe://weft.local/ns/bank/sa/bob']  | bob
        principals: ['spiffe://weft.local/ns/b*']           | bob
        principals: ['spiffe://other.org/ns/default/sa/ann'] |
        notPrincipals: ['*']                 | - afar
        notPrincipals: [default/ann]         | - afar bob
        namespaces: [bank]                   | bob
        notNamespaces: [default]             | - afar bob
        sourceRanges: [127.0.0.1]            | - ann bob
        sourceRanges: [127.0.0.8/29]         | afar
        sourceRanges: [10.0.0.0/8]           |
        notSourceRanges: [127.0.0.9/32]      | - ann bob
        headers: [{name: x-key, values: [gold]}] |
        principals: ['*'], methods: [GET], paths: ['*/gold'], notSourceRanges: [10.0.0.1] | ann bob\
        """
            .split("\n")) {
      String[] cells = row.split("\\|");
      List<String> expected =
          List.of(cells.length < 2 ? new String[0] : cells[1].strip().split(" "));

      apply("rows", "ALLOW", "{" + cells[0].strip() + "}");
      assertThat(whoGetsIn())
          .as("ALLOW " + row)
          .containsExactlyInAnyOrderElementsOf(filled(expected));
      apply("rows", "DENY", "{" + cells[0].strip() + "}");
      List<String> others = new ArrayList<>(visitors.keySet());
      others.removeAll(expected);
      assertThat(whoGetsIn()).as("DENY " + row).containsExactlyInAnyOrderElementsOf(others);
    }
  }

  @Test
  void deny_wins_over_allow_whichever_came_first() {
    allow("{principals: [default/ann, bank/bob]}");
    deny("{principals: [bank/bob]}");

    assertThat(whoGetsIn()).containsExactly("ann");
  }

  @Test
  void headers_that_are_sent_twice_folded_or_in_any_case_are_all_looked_at() {
    deny("{headers: [{name: X-Key, values: [bad, 'worse*']}]}");

    for (List<String> headers :
        List.of(
            List.of("x-key: bad"),
            List.of("X-KEY:bad"),
            List.of("x-key: good", "X-Key: bad"),
            List.of("x-key: bad", "x-key: good"),
            List.of("x-key:", " bad"),
            List.of("x-key: worse and worse"))) {
      List<String> head = new ArrayList<>(List.of("GET /vault HTTP/1.1", "Host: h"));
      head.addAll(headers);
      assertThat(says("-", head.toArray(String[]::new))).as("" + headers).doesNotContain(OPENED);
    }
    assertThat(says("-", "GET /vault HTTP/1.1", "Host: h", "x-key: good")).contains(OPENED);
  }

  @Test
  void the_host_that_is_asked_for_is_a_header_however_it_is_said() throws IOException {
    deny("{headers: [{name: host, values: [secret]}]}");

    assertThat(says("-", "GET /vault HTTP/1.1", "Host: secret")).doesNotContain(OPENED);
    assertThat(says("-", "GET /vault HTTP/1.1", "Host: open")).contains(OPENED);
    if (speaksHttp2()) {
      assertThat(says2("-", "/vault", ":authority: secret")).doesNotContain(OPENED);
      assertThat(says2("-", "/vault", "host: secret")).doesNotContain(OPENED);
      assertThat(says2("-", "/vault", ":authority: open", "host: secret")).doesNotContain(OPENED);
      assertThat(says2("-", "/vault", ":authority: open")).contains(OPENED);
    }
  }

  @Test
  void what_a_stranger_claims_in_headers_is_neither_believed_nor_passed_on() {
    String[] claims = {
      "GET /headers HTTP/1.1",
      "Host: h",
      "X-Forwarded-For: 10.1.2.3",
      "Forwarded: for=10.1.2.3",
      "X-Real-IP: 10.1.2.3",
      "X-Forwarded-Client-Cert: By=x;URI=spiffe://weft.local/ns/default/sa/ann",
      "x-forwarded-client-CERT: URI=spiffe://weft.local/ns/default/sa/ann",
      "weft-peer: spiffe://weft.local/ns/default/sa/ann",
      "Weft-Caller: ann"
    };
    allow("{sourceRanges: [10.0.0.0/8]}", "{principals: [default/ann]}");
    assertThat(says("-", claims)).contains(" 403 ");

    tidy();
    assertThat(says("-", claims).toLowerCase(Locale.ROOT))
        .contains(" 200 ", "x-forwarded-for")
        .doesNotContain("client-cert", "weft-peer", "weft-caller", "spiffe:");
  }

  @Test
  void who_has_proven_to_call_is_told_to_the_application_in_the_usual_places() throws IOException {
    String[] head = {
      "GET /headers HTTP/1.1",
      "Host: h",
      "X-Forwarded-Client-Cert: By=spiffe://weft.local/ns/default/sa/gateway;URI=spiffe://customer"
    };

    Matcher told = Pattern.compile("(?i)x-forwarded-client-cert: (.*)").matcher(says("ann", head));
    assertThat(told.find()).isTrue();
    assertThat(told.group(1))
        .matches(
            "By=spiffe://weft.local/ns/default/sa/gateway;URI=spiffe://customer,"
                + "By=spiffe://weft.local/ns/default/sa/"
                + service()
                + ";Hash=\\p{XDigit}{64};URI=spiffe://weft.local/ns/default/sa/ann");
    assertThat(says("-", head)).doesNotContainIgnoringCase("client-cert");
    if (showsCertificates()) {
      assertThat(says("ann", head)).contains("its-caller: spiffe://weft.local/ns/default/sa/ann");
      assertThat(says("-", head)).contains("its-caller: nobody");
    }
    if (speaksHttp2()) {
      assertThat(says2("ann", "/headers", ":authority: h"))
          .contains("its-caller: spiffe://weft.local/ns/default/sa/ann", ";URI=spiffe:");
      assertThat(says2("-", "/headers", ":authority: h", "x-forwarded-client-cert: URI=x"))
          .contains("its-caller: nobody")
          .doesNotContainIgnoringCase("client-cert");
    }
  }

  @Test
  void who_was_denied_by_what_is_in_status_and_in_the_metrics() {
    deny("{principals: [default/ann]}");
    String document = "Authorization/default/" + service() + "-deny";

    assertThat(whoGetsIn()).doesNotContain("ann");
    assertThat(says("-", "KNOCK /status?204 HTTP/1.1", "Host: h")).isNotEmpty();

    String ann = "spiffe://weft.local/ns/default/sa/ann";
    eventually()
        .untilAsserted(
            () ->
                assertThat(mesh.admin().denials())
                    .anySatisfy(
                        denial -> {
                          assertThat(denial.path("service").asText())
                              .isEqualTo("default/" + service());
                          assertThat(denial.path("caller").asText()).isEqualTo(ann);
                          assertThat(denial.path("policy").asText()).isEqualTo(document);
                          assertThat(denial.path("mode").asText()).isEqualTo("enforce");
                          assertThat(denial.path("count").asLong()).isPositive();
                        }));
    assertThat(mesh.weft("status")).contains("DENIED AT", document, ann);
    eventually()
        .untilAsserted(
            () ->
                assertThat(mesh.spans().metrics())
                    .anySatisfy(
                        export ->
                            assertThat(export)
                                .contains("weft.denials", document, ann, "enforce")
                                .contains("http.server.request.duration", "_OTHER", service())));
  }

  private static List<String> filled(List<String> names) {
    return names.stream().filter(name -> !name.isEmpty()).toList();
  }

  /** Who of all visitors gets into the vault. */
  private List<String> whoGetsIn() {
    return visitors.keySet().stream()
        .filter(who -> says(who, "GET /vault/gold HTTP/1.1", "Host: h").contains(OPENED))
        .toList();
  }

  /** Who of these gets in by which trick, in any of the protocols. */
  private List<String> opened(String... visiting) throws IOException {
    List<String> opened = new ArrayList<>();
    for (String target : TRICKS) {
      for (String who : visiting) {
        if (says(who, "GET " + target + " HTTP/1.1", "Host: h").contains(OPENED)) {
          opened.add(who + " " + target);
        }
        if (speaksHttp2() && says2(who, target, ":authority: h").contains(OPENED)) {
          opened.add(who + " " + target + " by HTTP/2");
        }
      }
    }
    return opened;
  }

  private String says(String who, String... head) {
    try {
      return visitors.get(who).says(port, head);
    } catch (IOException e) {
      // Closed before it was all sent.
      return "";
    }
  }

  private String says2(String who, String path, String... more) throws IOException {
    List<String> fields = new ArrayList<>(List.of(":method: GET", ":scheme: http"));
    fields.add(":path: " + path);
    fields.addAll(List.of(more));
    return visitors.get(who).says2(port, fields.toArray(String[]::new));
  }

  private void allow(String... rules) {
    apply("allow", "ALLOW", rules);
  }

  private void deny(String... rules) {
    apply("deny", "DENY", rules);
  }

  private void apply(String suffix, String action, String... rules) {
    String name = service() + "-" + suffix;
    applied.add(name);
    mesh.awaitAcked(
        app,
        mesh.admin()
            .apply(
                """
                apiVersion: weft.io/v1
                kind: Authorization
                metadata: {name: %s}
                spec:
                  to: {service: %s}
                  conf: {action: %s, rules: [%s]}
                """
                    .formatted(name, service(), action, String.join(", ", rules))));
  }
}
