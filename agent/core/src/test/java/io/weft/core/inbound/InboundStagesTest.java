package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.AccessLog;
import io.weft.api.v1.Authorization;
import io.weft.api.v1.AuthorizationRule;
import io.weft.api.v1.Fault;
import io.weft.api.v1.Inbound;
import io.weft.api.v1.MutualTls;
import io.weft.api.v1.RateLimit;
import io.weft.api.v1.Source;
import io.weft.api.v1.Stage;
import io.weft.api.v1.Telemetry;
import io.weft.api.v1.ValuesMatch;
import io.weft.core.identity.Peer;
import io.weft.core.identity.SpiffeId;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What people are told of a request that nobody has sent. */
class InboundStagesTest {
  private static final Peer ORDERS =
      Peer.of(SpiffeId.parse("spiffe://weft.local/ns/default/sa/orders"), List.of());

  private final Inbound.Builder inbound = Inbound.newBuilder();

  @Test
  void whoIsLetInIsToldByWhichRuleOfWhichDocument() {
    inbound
        .setMutualTls(strict())
        .addAuthorizations(
            authorization("orders-only")
                .addRules(AuthorizationRule.newBuilder().addPrincipals("default/storefront"))
                .addRules(AuthorizationRule.newBuilder().addPrincipals("default/orders")))
        .setRateLimit(limit());

    assertThat(explain(ORDERS, "/"))
        .containsExactly(
            "MutualTls/default/strict@7 spec.conf.mode: STRICT, from"
                + " spiffe://weft.local/ns/default/sa/orders",
            "Authorization/default/orders-only@7 spec.conf.rules[1]: ALLOW takes it",
            "RateLimit/default/calm@7 spec.conf.limitForPeriod: 1 in 1s: not spent");
  }

  @Test
  void whoIsDeniedIsToldByWhatAndNothingOfWhatComesAfter() {
    inbound
        .setMutualTls(strict())
        .addAuthorizations(
            authorization("orders-only")
                .addRules(AuthorizationRule.newBuilder().addPrincipals("default/orders")));

    assertThat(explain(Peer.UNKNOWN, "/"))
        .containsExactly(
            "MutualTls/default/strict@7 spec.conf.mode: STRICT, from nobody who is known:"
                + " 403 MutualTls/default/strict plaintext refused STOPS");
  }

  @Test
  void rulesThatAllowOthersAreToldWithTheFieldByWhichTheyDoNotTakeIt() {
    inbound.addAuthorizations(
        authorization("orders-only")
            .addRules(
                AuthorizationRule.newBuilder().addPrincipals("default/orders").addMethods("POST"))
            .addRules(AuthorizationRule.newBuilder().addPaths("/health")));

    List<Stage> stages = stages(ORDERS, "/admin");

    assertThat(stages.get(stages.size() - 1).getStops()).isTrue();
    assertThat(stages.get(stages.size() - 1).getCandidatesList())
        .extracting(each -> each.getWhat() + ": " + each.getWhy())
        .containsExactly(
            "Authorization/default/orders-only rule 0: by its methods",
            "Authorization/default/orders-only rule 1: by its paths");
  }

  @Test
  void ofALimitThatInstancesShareItIsToldHowMuchIsHere() {
    inbound.setRateLimit(limit().setScope(RateLimit.Scope.GLOBAL));
    CompiledPolicies policies = compiled();
    policies.share(0.125, 0);

    assertThat(policies.explain(ask(ORDERS, "/"), 0))
        .extracting(Stage::getSays)
        .contains("1 in 1s over all instances, now 12.5% of it here: not spent");
  }

  @Test
  void aRateLimitIsToldAndNothingIsTakenFromIt() {
    inbound.setRateLimit(limit());
    CompiledPolicies policies = compiled();
    for (int i = 0; i < 10; i++) {
      assertThat(lines(policies.explain(ask(ORDERS, "/"), 0)))
          .last()
          .asString()
          .contains("not spent");
    }

    assertThat(policies.judge(ask(ORDERS, "/"), 0, new SplittableRandom(1)).denial()).isNull();
    assertThat(lines(policies.explain(ask(ORDERS, "/"), 0)))
        .last()
        .asString()
        .contains("spent just now: 429 RateLimit/default/calm limited STOPS");
  }

  @Test
  void whatIsToldOfItIsToldWhateverBecomesOfIt() {
    inbound
        .setMutualTls(strict())
        .setTelemetry(
            Telemetry.newBuilder()
                .setSource(source("Telemetry", "quiet"))
                .setSampleMillipercent(500)
                .setAccessLog(AccessLog.newBuilder().setMillipercent(100_000)));

    assertThat(explain(Peer.UNKNOWN, "/"))
        .first()
        .isEqualTo(
            "Telemetry/default/quiet@7 spec.conf: 0.5% of the traces that begin here kept, a line"
                + " of the log");
  }

  @Test
  void whatSomeRequestsSufferOnPurposeIsTold() {
    inbound.setFault(
        Fault.newBuilder()
            .setSource(source("Fault", "hiccup"))
            .setDelayNanos(2_000_000_000L)
            .setDelayMillipercent(500)
            .setAbortHttpStatus(503)
            .setAbortMillipercent(100_000));

    assertThat(explain(ORDERS, "/"))
        .last()
        .isEqualTo(
            "Fault/default/hiccup@7 spec.conf: 0.5% held back for 2s, 100% answered 503 STOPS");
  }

  @Test
  void whatARealRequestSufferedOnPurposeIsTold() {
    inbound.setFault(
        Fault.newBuilder()
            .setSource(source("Fault", "hiccup"))
            .setAbortHttpStatus(503)
            .setAbortMillipercent(100_000));
    CompiledPolicies policies = compiled();
    InboundRequest request = ask(ORDERS, "/");

    Judgement judgement = policies.judge(request, 0, new SplittableRandom(1));

    assertThat(lines(policies.recall(request, judgement)))
        .last()
        .isEqualTo("Fault/default/hiccup@7 spec.conf: answered on purpose");
    assertThat(lines(policies.recall(request, Judgement.ADMITTED)))
        .noneMatch(line -> line.contains("hiccup"));
  }

  @Test
  void whatShadowsWouldHaveDoneIsToldAfterTheRest() {
    inbound.setMutualTls(strict().setShadow(true));

    assertThat(explain(Peer.UNKNOWN, "/"))
        .containsExactly(
            "MutualTls/default/strict@7 spec.conf.mode: STRICT (shadow), from nobody who is known",
            "MutualTls/default/strict@7 would deny it");
  }

  @Test
  void aPathThatCanBeReadInTwoWaysEndsBeforeAnyDocument() {
    inbound.addAuthorizations(
        authorization("paths").addRules(AuthorizationRule.newBuilder().addPaths("/*")));

    assertThat(explain(ORDERS, "/a%2Fb")).containsExactly("400 mesh ambiguous path STOPS");
  }

  @Test
  void whatRealRequestsWereLetInForIsToldThoughTheirHeadersAreNotKept() {
    inbound.addAuthorizations(
        authorization("testers")
            .addRules(
                AuthorizationRule.newBuilder()
                    .addHeaders(ValuesMatch.newBuilder().setName("x-group").addValues("testers"))));

    assertThat(lines(compiled().recall(ask(ORDERS, "/"), Judgement.ADMITTED)))
        .contains("an ALLOW takes it, by its headers or claims");
  }

  private List<String> explain(Peer peer, String target) {
    return lines(stages(peer, target));
  }

  private List<Stage> stages(Peer peer, String target) {
    return compiled().explain(ask(peer, target), 0);
  }

  private CompiledPolicies compiled() {
    return new CompiledPolicies(inbound.build(), "weft.local", null, uri -> {});
  }

  private static List<String> lines(List<Stage> stages) {
    return stages.stream().map(InboundStagesTest::line).toList();
  }

  private static String line(Stage stage) {
    Source source = stage.getSource();
    return (source.getKind().isEmpty()
            ? ""
            : source.getKind()
                + "/"
                + source.getNamespace()
                + "/"
                + source.getName()
                + "@"
                + source.getGeneration()
                + " "
                + stage.getField()
                + ": ")
        + stage.getSays()
        + (stage.getStops() ? " STOPS" : "");
  }

  private static MutualTls.Builder strict() {
    return MutualTls.newBuilder()
        .setSource(source("MutualTls", "strict"))
        .setMode(MutualTls.Mode.STRICT);
  }

  private static Authorization.Builder authorization(String name) {
    return Authorization.newBuilder().setSource(source("Authorization", name));
  }

  private static RateLimit.Builder limit() {
    return RateLimit.newBuilder()
        .setSource(source("RateLimit", "calm"))
        .setLimit(1)
        .setPeriodNanos(1_000_000_000L)
        .setBurst(1);
  }

  private static Source.Builder source(String kind, String name) {
    return Source.newBuilder().setKind(kind).setNamespace("default").setName(name).setGeneration(7);
  }

  private static InboundRequest ask(Peer peer, String target) {
    return new TestRequest("GET", target, peer);
  }
}
