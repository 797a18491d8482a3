package io.weft.core.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.Ask;
import io.weft.api.v1.Candidate;
import io.weft.api.v1.Explanation;
import io.weft.api.v1.External;
import io.weft.api.v1.Header;
import io.weft.api.v1.ImaginedRequest;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.OriginatedTls;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ServicePort;
import io.weft.api.v1.Source;
import io.weft.api.v1.Stage;
import io.weft.core.MeshUnderTest;
import io.weft.core.balance.Cluster;
import io.weft.core.breaker.CircuitBreaker;
import io.weft.core.endpoint.Outcome;
import io.weft.core.inbound.InboundPolicies;
import io.weft.core.limit.ConcurrencyLimit;
import io.weft.core.route.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What people are told of a call that nobody has made. */
class ExplainerTest {
  private final MeshUnderTest mesh = new MeshUnderTest();
  private final RecentCalls recent = RecentCalls.separate(() -> 0, () -> 0);
  private long now;

  @Test
  void theRuleThatTakesACallIsNamedWithItsDocumentAndThoseBeforeItWithWhatTheyLack() {
    mesh.service("stock", "a")
        .policy(
            """
            kind: Route
            metadata: {name: stock}
            spec:
              to: {service: stock}
              conf:
                rules:
                - {name: posts, matches: [{method: POST}]}
                - {name: admin, matches: [{path: {type: PathPrefix, value: /admin}}]}
                - {name: testers, matches: [{headers: [{name: x-group, value: testers}]}]}
                - {name: searches, matches: [{queryParams: [{name: q, value: tea}]}]}
                - {name: rest}
            """);

    Stage route = stage(call("/items?q=milk"), "Route");

    assertThat(route.getSays()).isEqualTo("rule rest");
    assertThat(route.getSource().getName()).isEqualTo("stock");
    assertThat(route.getSource().getGeneration()).isEqualTo(1);
    assertThat(route.getField()).isEqualTo("spec.conf.rules[rest]");
    assertThat(told(route))
        .containsExactly(
            "- rule posts: the method is not POST",
            "- rule admin: the path is not /admin/ or below",
            "- rule testers: header x-group is not testers: it is not there",
            "- rule searches: query parameter q is not tea");
  }

  @Test
  void aRuleThatTakesItAsWellIsToldWithWhyAnotherDoes() {
    mesh.service("stock", "a")
        .policy(
            """
            kind: Route
            metadata: {name: stock}
            spec:
              to: {service: stock}
              conf:
                rules:
                - {name: all}
                - {name: items, matches: [{path: {type: Exact, value: /items}}]}
            """);

    Stage route = stage(call("/items"), "Route");

    assertThat(route.getSays()).isEqualTo("rule items");
    assertThat(told(route)).containsExactly("- rule all: takes it as well, but says less of it");
  }

  @Test
  void whatAnEgressMakesOfACallToAHostOutsideIsToldWithTheFieldThatSaysSo() {
    mesh.policy(
        """
        kind: Egress
        metadata: {name: out}
        spec:
          conf: {default: DENY, exceptions: [{hosts: [api.example.com], ports: [80]}]}
        """);

    Stage allowed = stage(outside("api.example.com"), "Egress");
    Stage denied = stage(outside("api.example.com:443"), "Egress");

    assertThat(allowed.getSays()).isEqualTo("api.example.com, port 80 may be called");
    assertThat(allowed.getField()).isEqualTo("spec.conf.exceptions[0]");
    assertThat(allowed.getSource().getName()).isEqualTo("out");
    assertThat(denied.getSays()).isEqualTo("api.example.com, port 443 must not be called: 403");
    assertThat(denied.getField()).isEqualTo("spec.conf.default");
    assertThat(denied.getStops()).isTrue();
  }

  @Test
  void whatIsInShadowModeIsToldAsWell() {
    mesh.service("stock", "a")
        .policy(
            """
            kind: Route
            metadata: {name: next}
            spec:
              to: {service: stock}
              mode: shadow
              conf: {rules: [{name: items, matches: [{path: {value: /items}}]}]}
            ---
            kind: Timeout
            metadata: {name: brief}
            spec: {to: {service: stock}, mode: shadow, conf: {request: 1s}}
            """);

    assertThat(explain(call("/")).getStagesList())
        .filteredOn(stage -> stage.getName().equals("shadow"))
        .extracting(stage -> stage.getSource().getName() + ": " + stage.getSays())
        .containsExactly(
            "next: Route would find no rule for it", "brief: Timeout is tried, and ends nothing");
  }

  @Test
  void aHostOutsideIsToldWithItsDocumentAndHowItIsCalled() {
    External.Builder hosts =
        External.newBuilder()
            .setSource(
                Source.newBuilder()
                    .setKind("ExternalService")
                    .setNamespace("default")
                    .setName("pay"))
            .addHosts("api.example.com");
    mesh.external("pay", hosts, "192.0.2.1");

    Stage plain = stage(outside("pay"), "ExternalService");
    mesh.external(
        "pay", hosts.setTls(OriginatedTls.newBuilder().setServerName("api.example.com")), "::1");
    Explanation secured = explain(outside("pay"));

    assertThat(plain.getSays())
        .isEqualTo("api.example.com, outside the mesh, at 80 as the application sends it");
    assertThat(plain.getSource().getName()).isEqualTo("pay");
    assertThat(stage(outside("pay"), "ExternalService").getSays())
        .isEqualTo("api.example.com, outside the mesh, at 443 by TLS, as api.example.com");
    assertThat(secured.getSent().getAuthority()).isEqualTo("api.example.com");
  }

  @Test
  void whatSomeCallsSufferOnPurposeIsToldAndOneThatNoneComesThroughEndsThere() {
    mesh.service("stock", "a")
        .policy(
            """
            kind: Fault
            metadata: {name: hiccup}
            spec:
              to: {service: stock}
              conf: {delay: {fixed: 2s, percent: 5}, abort: {httpStatus: 503, percent: 1}}
            """);

    Stage hiccup = stage(call("/"), "Fault");
    assertThat(hiccup.getSays()).isEqualTo("5% held back for 2s, 1% answered 503");
    assertThat(hiccup.getSource().getName()).isEqualTo("hiccup");
    assertThat(hiccup.getStops()).isFalse();
    assertThat(explain(call("/")).hasSent()).isTrue();

    mesh.policy(
        """
        kind: Fault
        metadata: {name: outage}
        spec: {to: {service: stock}, conf: {abort: {httpStatus: 503}}}
        """);
    assertThat(stage(call("/"), "Fault").getStops()).isTrue();
    assertThat(explain(call("/")).hasSent()).isFalse();
  }

  @Test
  void aBreakerIsToldAsItStandsAndOneThatIsOpenEndsTheCall() {
    Rule rule = guarded("");

    Stage closed = stage(call("/"), "CircuitBreaker");
    assertThat(closed.getSays()).isEqualTo("closed: no calls yet");
    assertThat(closed.getSource().getName()).isEqualTo("fuse");
    called(rule, false);
    assertThat(stage(call("/"), "CircuitBreaker").getSays())
        .isEqualTo("closed: 0 failed and 0 slow of the latest 1 calls");

    called(rule, true);

    Stage open = stage(call("/"), "CircuitBreaker");
    assertThat(open.getSays()).isEqualTo("open for 60000 ms more: 503");
    assertThat(open.getStops()).isTrue();
    assertThat(explain(call("/")).hasSent()).isFalse();
    now = Duration.ofMinutes(1).toNanos();
    assertThat(stage(call("/"), "CircuitBreaker").getSays())
        .isEqualTo("half-open from the next call on, which finds out");
    breaker(rule).admit(now);
    assertThat(stage(call("/"), "CircuitBreaker").getSays())
        .isEqualTo("half-open: 1 more calls may find out");
  }

  @Test
  void aLimitIsToldAsItStandsAndOneThatIsFullEndsTheCall() {
    ConcurrencyLimit limit = Objects.requireNonNull(guarded("").limit()).limit();

    limit.enter();
    assertThat(stage(call("/"), "ConcurrencyLimit").getSays()).isEqualTo("1 of 1 in flight");
    assertThat(explain(call("/")).hasSent()).isTrue();
    limit.enter();

    Stage full = stage(call("/"), "ConcurrencyLimit");
    assertThat(full.getSays()).isEqualTo("1 of 1 in flight, 1 waiting: 503");
    assertThat(full.getStops()).isTrue();
    assertThat(explain(call("/")).hasSent()).isFalse();
  }

  @Test
  void inShadowModeItIsToldWhatWouldBeAndTheCallGoesOn() {
    Rule rule = guarded("mode: shadow, ");
    called(rule, true);
    called(rule, true);
    fail(rule, "a:8080");

    assertThat(stage(call("/"), "CircuitBreaker").getSays())
        .isEqualTo("open for 60000 ms more: would be a 503");
    assertThat(stage(call("/"), "OutlierDetection").getSays())
        .isEqualTo("1 of 3 would be left alone");
    assertThat(told(stage(call("/"), "LoadBalancer")))
        .contains(
            "+ a:8080: 0 in flight; OutlierDetection/default/outliers would eject it for 30000 ms"
                + " more");
    assertThat(explain(call("/")).hasSent()).isTrue();
  }

  @Test
  void instancesThatAreLeftAloneAreToldWithTheDocumentThatDoes() {
    Rule rule = guarded("");
    fail(rule, "a:8080");

    assertThat(stage(call("/"), "OutlierDetection").getSays()).isEqualTo("1 of 3 left alone");
    assertThat(told(stage(call("/"), "LoadBalancer")))
        .contains("- a:8080: OutlierDetection/default/outliers ejects it for 30000 ms more");
    assertThat(explain(call("/")).getUidsList()).containsExactlyInAnyOrder("b", "c");

    mesh.without("stock", "b").without("stock", "c");

    assertThat(told(stage(call("/"), "LoadBalancer")))
        .containsExactly(
            "+ a:8080: 0 in flight; OutlierDetection/default/outliers would eject it, but too few"
                + " would be left; for 30000 ms more");
  }

  /** The rule of a service with all that protects it. */
  private Rule guarded(String mode) {
    mesh.service("stock", "a", "b", "c")
        .policy(
            """
            kind: CircuitBreaker
            metadata: {name: fuse}
            spec: {to: {service: stock}, %1$sconf: {window: {calls: 2}, permittedCallsInHalfOpen: 2}}
            ---
            kind: ConcurrencyLimit
            metadata: {name: limit}
            spec: {to: {service: stock}, %1$sconf: {maxConcurrent: 1, maxPending: 1}}
            ---
            kind: OutlierDetection
            metadata: {name: outliers}
            spec: {to: {service: stock}, %1$sconf: {consecutive5xx: 1}}
            """
                .formatted(mode));
    return Objects.requireNonNull(mesh.mesh().destination("stock", -1).routes()).rule(0);
  }

  private static CircuitBreaker breaker(Rule rule) {
    return Objects.requireNonNull(rule.breaker()).breaker();
  }

  private static void called(Rule rule, boolean failed) {
    Objects.requireNonNull(breaker(rule).admit(0)).told(failed, 1, 0);
  }

  private static void fail(Rule rule, String authority) {
    for (Cluster.Candidate each :
        rule.backends().get(0).cluster().candidates(Cluster.Tried.NOTHING, 0)) {
      if (each.endpoint().authority().equals(authority)) {
        each.endpoint().health().told(Outcome.SERVER_ERROR, 0);
      }
    }
  }

  @Test
  void aCallThatNoRuleTakesEndsThere() {
    mesh.service("stock", "a")
        .policy(
            """
            kind: Route
            metadata: {name: stock}
            spec:
              to: {service: stock}
              conf: {rules: [{name: posts, matches: [{method: POST}]}]}
            """);

    Explanation explanation = explain(call("/"));

    assertThat(explanation.hasSent()).isFalse();
    assertThat(explanation.getStagesList().get(explanation.getStagesCount() - 1))
        .satisfies(
            last -> {
              assertThat(last.getStops()).isTrue();
              assertThat(last.getSays()).isEqualTo("no rule for this request: 404");
            });
  }

  @Test
  void eachTimeAndEachConditionOfRetriesIsALineWithItsField() {
    mesh.service("stock", "a")
        .policy(
            """
            kind: Timeout
            metadata: {name: brief}
            spec: {to: {service: stock}, conf: {request: 2s, perTry: 250ms}}
            ---
            kind: Retry
            metadata: {name: again}
            spec: {to: {service: stock}, conf: {attempts: 3, on: [5xx, connect-failure]}}
            """);

    Explanation explanation = explain(call("/").setMethod("POST"));

    assertThat(explanation.getStagesList())
        .filteredOn(stage -> stage.getName().matches("Timeout|Retry"))
        .extracting(
            stage -> stage.getSource().getName() + " " + stage.getField() + ": " + stage.getSays())
        .contains(
            "brief spec.conf.request: 2s for the whole call",
            "brief spec.conf.perTry: 250ms for each try",
            "again spec.conf.attempts: up to 3 tries",
            "again spec.conf.on: on 5xx, connect-failure",
            "again spec.conf.budget: at most 20% of the calls of the same time, or 3 a second",
            "again spec.conf.attemptsIfRetried: what a callee may have seen: up to 1 try where the"
                + " request behind it was tried before",
            "again spec.conf.idempotentOnly: what the callee may have seen is not repeated: POST"
                + " without an Idempotency-Key");
  }

  @Test
  void whatIsToldOfItIsToldWithTheDocumentThatSaysSo() {
    mesh.service("stock", "a")
        .policy(
            """
            kind: Telemetry
            metadata: {name: tenth}
            spec:
              to: {service: stock}
              conf:
                tracing: {percent: 10}
                attributes: [{name: shop.customer, header: X-Customer}]
                accessLog: {minStatus: 500, minDuration: 1s, percent: 50}
            """);

    Stage stage = stage(call("/"), "Telemetry");

    assertThat(stage.getSource().getName()).isEqualTo("tenth");
    assertThat(stage.getSays())
        .isEqualTo(
            "10% of the traces that begin here kept, x-customer told as shop.customer, for 50% a"
                + " line of the log if the status is 500 or more, or it takes 1s or more");
  }

  @Test
  void whereThereIsNoDocumentTheMeshsOwnWayIsTold() {
    mesh.service("stock", "a");

    assertThat(explain(call("/")).getStagesList())
        .extracting(stage -> stage.getName() + ": " + stage.getSays())
        .containsExactly(
            "Service: default/stock, port 8080",
            "Route: every request to the service",
            "Timeout: none but the application's own",
            "Retry: up to 3 tries",
            "Retry: on connect-failure, refused-stream, reset-before-request",
            "Retry: what a callee may have seen: up to 1 try where the request behind it was tried"
                + " before",
            "LoadBalancer: default/stock: LEAST_REQUEST",
            "mutual TLS: plaintext: the callee takes nothing else");
  }

  @Test
  void theEndpointsOfEachBackendAreToldWithWhatSpeaksAgainstThem() {
    mesh.service("stock")
        .instance("stock", MeshUnderTest.instance("a").putLabels("version", "v1"))
        .instance(
            "stock",
            MeshUnderTest.instance("b").putLabels("version", "v1").setState(InstanceState.LOST))
        .instance("stock", MeshUnderTest.instance("c").putLabels("version", "v2"))
        .policy(
            """
            kind: Route
            metadata: {name: stock}
            spec:
              to: {service: stock}
              conf:
                rules:
                - backends:
                  - {labels: {version: v1}, weight: 9}
                  - {labels: {version: v2}, weight: 1}
            """);

    Explanation explanation = explain(call("/"));

    assertThat(
            explanation.getStagesList().stream()
                .filter(stage -> stage.getName().equals("LoadBalancer")))
        .satisfiesExactly(
            first -> {
              assertThat(first.getSays()).contains("version=v1", "for 9 of 10 calls");
              assertThat(told(first))
                  .containsExactly(
                      "+ a:8080 (version=v1): 0 in flight",
                      "- b:8080 (version=v1): control has lost it");
            },
            second ->
                assertThat(told(second)).containsExactly("+ c:8080 (version=v2): 0 in flight"));
    assertThat(explanation.getUidsList()).containsExactly("a", "c");
  }

  @Test
  void zonesAreToldWithTheirPartsAndWhoIsTooFarAway() {
    mesh.service("stock")
        .instance("stock", MeshUnderTest.instance("a").setZone(MeshUnderTest.ZONE))
        .instance("stock", MeshUnderTest.instance("b").setZone("eu-1b"))
        .instance("stock", MeshUnderTest.instance("c"))
        .policy(
            """
            kind: LoadBalancer
            metadata: {name: near}
            spec:
              to: {service: stock}
              conf: {algorithm: RANDOM, locality: {failover: [eu-1*], overflowPercent: 5}}
            """);

    Stage balance = stage(call("/"), "LoadBalancer");

    assertThat(balance.getSource().getName()).isEqualTo("near");
    assertThat(balance.getSays()).isEqualTo("default/stock: RANDOM, 95% in eu-1a, 5% in eu-1*");
    assertThat(told(balance))
        .containsExactly(
            "+ a:8080: 0 in flight",
            "+ b:8080: 0 in flight",
            "- c:8080: it is elsewhere, and calls stay nearer");
    assertThat(explain(call("/")).getUidsList()).containsExactly("a", "b");
  }

  @Test
  void aBackendMayBeAnotherPort() {
    mesh.service("stock")
        .instance(
            "stock",
            MeshUnderTest.instance("a")
                .addPorts(InstancePort.newBuilder().setNumber(9090).setProtocol("http")))
        .policy(
            """
            kind: Route
            metadata: {name: admin}
            spec:
              to: {service: stock}
              conf: {rules: [{backends: [{service: stock, port: 9090}]}]}
            """);
    Resource.Builder names = MeshUnderTest.names(List.of("stock")).toBuilder();
    names
        .getNamesBuilder()
        .getServicesBuilder(0)
        .addPorts(ServicePort.newBuilder().setNumber(9090).setProtocol("http"));
    mesh.mesh().dataPlane().apply(List.of(names.build()), List.of());

    assertThat(told(stage(call("/"), "LoadBalancer"))).containsExactly("+ a:9090: 0 in flight");
  }

  @Test
  void whatSticksByAHeaderIsToldWithTheOneEndpointThatItSticksTo() {
    mesh.service("stock", "a", "b", "c")
        .policy(
            """
            kind: LoadBalancer
            metadata: {name: sticky}
            spec:
              to: {service: stock}
              conf: {algorithm: MAGLEV, hash: [{by: header, name: x-user}]}
            """);
    ImaginedRequest.Builder ann = call("/").addHeaders(header("x-user", "ann"));

    Explanation explanation = explain(ann);

    assertThat(explanation.getUidsList()).hasSize(1);
    assertThat(explain(ann).getUidsList()).isEqualTo(explanation.getUidsList());
    assertThat(told(stage(ann, "LoadBalancer")))
        .filteredOn(line -> line.contains("the hash falls to " + explanation.getUids(0)))
        .hasSize(2);
    assertThat(explain(call("/")).getUidsList()).containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void whatTheCalleeWouldBeSentHasTheRulesChangesInIt() {
    mesh.service("stock", "a")
        .policy(
            """
            kind: Route
            metadata: {name: stock}
            spec:
              to: {service: stock}
              conf:
                rules:
                - matches: [{path: {type: PathPrefix, value: /old}}]
                  filters:
                  - requestHeaders: {set: [{name: x-group, value: testers}], remove: [x-gone]}
                  - responseHeaders: {add: [{name: x-served, value: new}]}
                  - urlRewrite: {path: {replacePrefixMatch: /new}}
            """);

    Explanation explanation = explain(call("/old/items?q=1").addHeaders(header("X-Gone", "1")));

    assertThat(explanation.getStagesList())
        .extracting(stage -> stage.getField() + ": " + stage.getSays())
        .contains(
            "spec.conf.rules[0].filters.requestHeaders: x-group set to testers, x-gone removed",
            "spec.conf.rules[0].filters.responseHeaders: in the answer x-served added as new");
    ImaginedRequest sent = explanation.getSent();

    assertThat(sent.getTarget()).isEqualTo("/new/items?q=1");
    assertThat(sent.getHeadersList()).containsExactly(header("x-group", "testers").build());
    assertThat(sent.getPort()).isEqualTo(MeshUnderTest.PORT);
  }

  @Test
  void aHostThatIsNoServiceIsCalledAsEver() {
    assertThat(explain(call("/").setAuthority("example.com")).getStagesList())
        .singleElement()
        .satisfies(
            stage ->
                assertThat(stage.getSays())
                    .isEqualTo("example.com is no service that this one knows: called as ever"));
  }

  @Test
  void theConfigOfAServiceThatWasNeverCalledIsAskedForFirst() {
    mesh.mesh().dataPlane().apply(List.of(MeshUnderTest.names(List.of("stock"))), List.of());
    List<Explanation> answers = new ArrayList<>();

    explainer().answer(Ask.newBuilder().setOutbound(call("/")).build(), answers::add);
    assertThat(answers).isEmpty();
    assertThat(mesh.wanted()).containsExactly("default/stock");
    mesh.service("stock", "a");

    assertThat(answers)
        .singleElement()
        .satisfies(answer -> assertThat(answer.getUidsList()).containsExactly("a"));
  }

  @Test
  void aQuestionThatThisAgentDoesNotKnowIsAnsweredAsSuch() {
    List<Explanation> answers = new ArrayList<>();

    explainer().answer(Ask.getDefaultInstance(), answers::add);

    assertThat(answers)
        .singleElement()
        .satisfies(answer -> assertThat(answer.getError()).contains("does not know"));
  }

  private Explainer explainer() {
    return new Explainer(mesh.mesh(), InboundPolicies.separate(), recent, List::of, () -> now);
  }

  private Explanation explain(ImaginedRequest.Builder call) {
    List<Explanation> answers = new ArrayList<>();
    explainer().answer(Ask.newBuilder().setOutbound(call).build(), answers::add);
    assertThat(answers).hasSize(1);
    assertThat(answers.get(0).getError()).isEmpty();
    return answers.get(0);
  }

  private Stage stage(ImaginedRequest.Builder call, String name) {
    return explain(call).getStagesList().stream()
        .filter(stage -> stage.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> told(Stage stage) {
    return stage.getCandidatesList().stream().map(ExplainerTest::line).toList();
  }

  private static String line(Candidate candidate) {
    return (candidate.getPassedOver() ? "- " : "+ ")
        + candidate.getWhat()
        + ": "
        + candidate.getWhy();
  }

  private static ImaginedRequest.Builder call(String target) {
    return ImaginedRequest.newBuilder()
        .setProtocol("http")
        .setMethod("GET")
        .setTarget(target)
        .setAuthority("stock:8080");
  }

  private static ImaginedRequest.Builder outside(String authority) {
    return call("/").setAuthority(authority);
  }

  private static Header.Builder header(String name, String value) {
    return Header.newBuilder().setName(name).setValue(value);
  }
}
