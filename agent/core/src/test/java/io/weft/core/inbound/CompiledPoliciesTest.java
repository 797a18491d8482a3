package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UnknownFieldSet;
import io.weft.api.v1.AccessLog;
import io.weft.api.v1.Authorization;
import io.weft.api.v1.AuthorizationRule;
import io.weft.api.v1.Fault;
import io.weft.api.v1.Inbound;
import io.weft.api.v1.MutualTls;
import io.weft.api.v1.RateLimit;
import io.weft.api.v1.RouteMatch;
import io.weft.api.v1.Source;
import io.weft.api.v1.StringMatch;
import io.weft.api.v1.Telemetry;
import io.weft.api.v1.ValuesMatch;
import io.weft.core.call.MeshAnswer;
import io.weft.core.fault.InjectedFault;
import io.weft.core.identity.Peer;
import io.weft.core.identity.SpiffeId;
import io.weft.core.telemetry.TelemetryPolicy;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may come in, for what, and what others are told. */
class CompiledPoliciesTest {
  private static final RandomGenerator CHANCE = new Random(42);
  private static final Peer ORDERS = peer("default", "orders");
  private static final Peer STOREFRONT = peer("shop", "storefront");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          default/orders                           | orders     | yes
          default/orders                           | storefront | no
          default/orders                           | nobody     | no
          default/*                                | orders     | yes
          default/*                                | storefront | no
          *                                        | storefront | yes
          *                                        | nobody     | no
          spiffe://weft.local/ns/shop/sa/storefront | storefront | yes
          spiffe://weft.local/ns/shop/*            | storefront | yes
          spiffe://elsewhere/ns/shop/sa/storefront | storefront | no
          shop/store                               | storefront | no
          """)
  void principals(String principal, String who, String through) {
    Peer peer =
        switch (who) {
          case "orders" -> ORDERS;
          case "storefront" -> STOREFRONT;
          default -> Peer.UNKNOWN;
        };

    assertAdmitted(allow(rule().addPrincipals(principal)), ask("GET", "/", peer), through);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /admin     | /admin              | yes
          /admin     | /admin/             | no
          /admin     | /admin?x            | yes
          /admin     | /Admin              | no
          /admin     | //admin             | yes
          /admin     | /%61dmin            | yes
          /admin     | /admin;x            | yes
          /admin     | http://h/admin      | yes
          /api/*     | /api/               | yes
          /api/*     | /api                | no
          /api/*     | /api/../admin       | no
          /api/*     | /api/./x            | no
          *.html     | /a/b.html           | yes
          *          | /any                | yes
          """)
  void paths(String pattern, String target, String through) {
    assertAdmitted(allow(rule().addPaths(pattern)), ask("GET", target, ORDERS), through);
  }

  @ParameterizedTest
  @CsvSource({"/a%2Fadmin", "/a%5Cadmin", "/a%00", "/..", "/a/../b", "/a#b", "/%zz"})
  void a_path_that_can_be_read_in_two_ways_is_refused_where_paths_matter(String target) {
    MeshAnswer answer = judge(allow(rule().addPaths("/*")), ask("GET", target, ORDERS)).denial();
    assertThat(Objects.requireNonNull(answer).status()).isEqualTo(400);
    assertThat(judge(allow(rule().addMethods("GET")), ask("GET", target, ORDERS)).denial())
        .isNull();
  }

  @ParameterizedTest
  @CsvSource({"post", "Post", "pOST"})
  void a_method_that_can_be_read_in_two_ways_is_refused_where_methods_matter(String method) {
    Authorization.Builder noPost = authorization(true).addRules(rule().addMethods("POST"));

    MeshAnswer answer = judge(noPost, ask(method, "/", ORDERS)).denial();

    assertThat(Objects.requireNonNull(answer).status()).isEqualTo(400);
    assertThat(judge(allow(rule().addPaths("/")), ask(method, "/", ORDERS)).denial()).isNull();
  }

  @Test
  void a_header_that_came_folded_counts_as_if_it_had_not() {
    ValuesMatch.Builder bad = ValuesMatch.newBuilder().setName("x-key").addValues("bad");

    assertAdmitted(
        authorization(true).addRules(rule().addHeaders(bad)),
        new TestRequest("GET", "/", ORDERS, Map.of("x-key", List.of(" bad"))),
        "no");
  }

  @Test
  void all_that_a_rule_says_must_hold_and_any_rule_will_do() {
    Authorization.Builder both =
        authorization(false)
            .addRules(rule().addMethods("GET").addPaths("/a"))
            .addRules(rule().addNotMethods("GET").addNotPaths("/a"));

    assertAdmitted(both, ask("GET", "/a", ORDERS), "yes");
    assertAdmitted(both, ask("POST", "/b", ORDERS), "yes");
    assertAdmitted(both, ask("GET", "/b", ORDERS), "no");
    assertAdmitted(both, ask("POST", "/a", ORDERS), "no");
  }

  @Test
  void namespaces_ranges_and_headers() {
    assertAdmitted(allow(rule().addNamespaces("default")), ask("GET", "/", ORDERS), "yes");
    assertAdmitted(allow(rule().addNamespaces("default")), ask("GET", "/", STOREFRONT), "no");
    assertAdmitted(allow(rule().addNotPrincipals("default/*")), ask("GET", "/", ORDERS), "no");
    assertAdmitted(allow(rule().addNotPrincipals("default/*")), ask("GET", "/", STOREFRONT), "yes");
    assertAdmitted(allow(rule().addNotNamespaces("shop")), ask("GET", "/", STOREFRONT), "no");
    assertAdmitted(allow(rule().addSourceRanges("10.1.0.0/16")), ask("GET", "/", ORDERS), "yes");
    assertAdmitted(allow(rule().addSourceRanges("10.2.0.0/15")), ask("GET", "/", ORDERS), "no");
    assertAdmitted(allow(rule().addNotSourceRanges("10.1.2.3")), ask("GET", "/", ORDERS), "no");
    assertAdmitted(allow(rule().addSourceRanges("fd00::/8")), ask("GET", "/", ORDERS), "no");
    ValuesMatch.Builder gold = ValuesMatch.newBuilder().setName("tier").addValues("go*");
    assertAdmitted(allow(rule().addHeaders(gold)), ask("GET", "/", ORDERS), "no");
    assertAdmitted(
        allow(rule().addHeaders(gold)),
        new TestRequest("GET", "/", ORDERS, Map.of("tier", List.of("tin", "gold"))),
        "yes");
  }

  @Test
  void deny_wins_and_an_allow_shuts_out_all_that_none_takes() {
    Inbound.Builder inbound =
        Inbound.newBuilder()
            .addAuthorizations(allow(rule().addPrincipals("*")))
            .addAuthorizations(authorization(true).addRules(rule().addPaths("/admin")));

    assertThat(judge(inbound, ask("GET", "/", ORDERS)).denial()).isNull();
    assertThat(judge(inbound, ask("GET", "/admin", ORDERS)).by())
        .isEqualTo("Authorization/default/deny@7");
    assertThat(judge(inbound, ask("GET", "/", Peer.UNKNOWN)).by())
        .isEqualTo("Authorization/default/allow@7");
    assertThat(judge(Inbound.newBuilder(), ask("GET", "/", Peer.UNKNOWN)).denial()).isNull();
    assertThat(
            judge(
                    Inbound.newBuilder().addAuthorizations(authorization(false)),
                    ask("GET", "/", ORDERS))
                .denial())
        .as("an ALLOW without rules takes nothing")
        .isNotNull();
  }

  @Test
  void who_is_denied_is_told_the_policy_and_nothing_more() {
    MeshAnswer answer =
        judge(allow(rule().addPrincipals("default/orders")), ask("GET", "/", STOREFRONT)).denial();

    assertThat(Objects.requireNonNull(answer).status()).isEqualTo(403);
    assertThat(answer.grpcCode()).isEqualTo(7);
    assertThat(answer.reason()).isEqualTo("Authorization/default/allow denied");
  }

  @Test
  void shadow_changes_nothing_and_is_told() {
    Judgement judgement =
        judge(
            Inbound.newBuilder()
                .addAuthorizations(
                    allow(rule().addPrincipals("default/orders").addPaths("/x")).setShadow(true))
                .setMutualTls(strict().setShadow(true))
                .setRateLimit(RateLimit.newBuilder().setShadow(true).setLimit(1).setPeriodNanos(1)),
            ask("GET", "/", Peer.UNKNOWN));

    assertThat(judgement.denial()).isNull();
    assertThat(judgement.shadow())
        .containsExactly("MutualTls/default/strict@7", "Authorization/default/allow@7");
  }

  @Test
  void strict_refuses_plaintext_but_for_what_is_exempt() {
    CompiledPolicies strict = compiled(Inbound.newBuilder().setMutualTls(strict()));
    assertThat(strict.admitsPlaintext(8080, "10.1.2.3")).isFalse();
    assertThat(strict.judge(ask("GET", "/", Peer.UNKNOWN), 0, CHANCE).denial()).isNotNull();
    assertThat(strict.judge(ask("GET", "/", ORDERS), 0, CHANCE).denial()).isNull();

    CompiledPolicies exempt =
        compiled(
            Inbound.newBuilder()
                .setMutualTls(
                    strict()
                        .addExemptPorts(9090)
                        .addExemptPaths("/health")
                        .addExemptRanges("192.168.0.0/16")));
    assertThat(exempt.judge(ask("GET", "/health", Peer.UNKNOWN), 0, CHANCE).denial()).isNull();
    assertThat(exempt.judge(ask("GET", "/%68ealth?a", Peer.UNKNOWN), 0, CHANCE).denial()).isNull();
    assertThat(exempt.judge(ask("GET", "/x/../health", Peer.UNKNOWN), 0, CHANCE).denial())
        .isNotNull();
    assertThat(exempt.judge(ask("GET", "/health/x", Peer.UNKNOWN), 0, CHANCE).denial()).isNotNull();
    assertThat(exempt.judge(ask("GET", "/health%2f..%2fx", Peer.UNKNOWN), 0, CHANCE).denial())
        .isNotNull();
    CompiledPolicies byPort =
        compiled(Inbound.newBuilder().setMutualTls(strict().addExemptPorts(80)));
    assertThat(byPort.admitsPlaintext(80, "")).isTrue();
    assertThat(byPort.admitsPlaintext(81, "")).isFalse();
    CompiledPolicies byRange =
        compiled(Inbound.newBuilder().setMutualTls(strict().addExemptRanges("10.0.0.0/8")));
    assertThat(byRange.admitsPlaintext(80, "10.9.9.9")).isTrue();
    assertThat(byRange.admitsPlaintext(80, "11.9.9.9")).isFalse();
    assertThat(byRange.admitsPlaintext(80, "")).isFalse();
  }

  @Test
  void a_rate_limit_counts_by_its_key_and_over_pushes() {
    RateLimit.Builder limit =
        RateLimit.newBuilder()
            .setSource(source("RateLimit", "rate"))
            .setLimit(1)
            .setPeriodNanos(2_000_000_000L)
            .setBurst(1)
            .setKey(RateLimit.Key.CALLER);
    CompiledPolicies before = compiled(Inbound.newBuilder().setRateLimit(limit));
    assertThat(before.judge(ask("GET", "/", ORDERS), 0, CHANCE).denial()).isNull();
    assertThat(before.judge(ask("GET", "/", STOREFRONT), 0, CHANCE).denial()).isNull();

    CompiledPolicies pushed =
        new CompiledPolicies(
            Inbound.newBuilder()
                .setRateLimit(limit.setSource(source("RateLimit", "rate").setGeneration(8)))
                .build(),
            "weft.local",
            before,
            uri -> {});

    MeshAnswer answer = pushed.judge(ask("GET", "/", ORDERS), 0, CHANCE).denial();
    assertThat(Objects.requireNonNull(answer).status()).isEqualTo(429);
    assertThat(answer.grpcCode()).isEqualTo(8);
    assertThat(answer.reason()).isEqualTo("RateLimit/default/rate limited");
    assertThat(answer.headers()).extracting(each -> each.value()).containsExactly("2");
  }

  @Test
  void a_rate_limit_lets_a_burst_through_and_counts_by_a_header_if_it_says_so() {
    CompiledPolicies limited =
        compiled(Inbound.newBuilder().setRateLimit(rate().setKey(RateLimit.Key.HEADER)));

    for (String user : List.of("ann", "bob")) {
      InboundRequest request = new TestRequest("GET", "/", ORDERS, Map.of("x-user", List.of(user)));
      for (int i = 0; i < 3; i++) {
        assertThat(limited.judge(request, 0, CHANCE).denial()).as(user).isNull();
      }
      assertThat(limited.judge(request, 0, CHANCE).denial()).as(user).isNotNull();
    }
  }

  @Test
  void a_rate_limit_in_shadow_mode_limits_nobody_and_is_told() {
    CompiledPolicies shadow =
        compiled(Inbound.newBuilder().setRateLimit(rate().setShadow(true).setBurst(1)));
    assertThat(shadow.judge(ask("GET", "/", ORDERS), 0, CHANCE).shadow()).isEmpty();

    Judgement judgement = shadow.judge(ask("GET", "/", ORDERS), 0, CHANCE);

    assertThat(judgement.denial()).isNull();
    assertThat(judgement.shadow()).containsExactly("RateLimit/default/rate@7");
  }

  @Test
  void what_is_told_of_requests_is_as_its_document_says() {
    TelemetryPolicy told =
        compiled(
                Inbound.newBuilder()
                    .setTelemetry(
                        Telemetry.newBuilder()
                            .setSource(source("Telemetry", "told"))
                            .addAttributes(
                                io.weft.api.v1.HeaderAttribute.newBuilder()
                                    .setName("shop.customer")
                                    .setHeader("X-Customer"))
                            .setAccessLog(AccessLog.newBuilder().setMinStatus(500))))
            .telemetry();

    assertThat(told.source()).hasToString("Telemetry/default/told");
    assertThat(told.attributes())
        .containsExactly(new TelemetryPolicy.HeaderAttribute("shop.customer", "x-customer"));
    assertThat(told.accessLog()).isNotNull();
  }

  @Test
  void a_fault_is_drawn_for_requests_that_match_and_that_no_other_policy_denies() {
    Inbound.Builder inbound =
        Inbound.newBuilder()
            .addAuthorizations(authorization(true).addRules(rule().addPaths("/slow/admin")))
            .setFault(
                Fault.newBuilder()
                    .setSource(source("Fault", "slow"))
                    .setDelayNanos(5)
                    .setDelayMillipercent(100_000)
                    .setAbortHttpStatus(503)
                    .setAbortMillipercent(100_000)
                    .addMatches(
                        RouteMatch.newBuilder()
                            .setPath(
                                StringMatch.newBuilder()
                                    .setType(StringMatch.Type.PREFIX)
                                    .setValue("/slow"))));

    Judgement judgement = judge(inbound, ask("GET", "/slow", ORDERS));
    assertThat(judgement.denial()).isNull();
    InjectedFault fault = Objects.requireNonNull(judgement.fault());
    assertThat(fault.delayNanos()).isEqualTo(5);
    MeshAnswer answer = fault.answer();
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.grpcCode()).isEqualTo(14);
    assertThat(answer.reason()).isEqualTo("Fault/default/slow injected");
    assertThat(judge(inbound, ask("GET", "/", ORDERS)).fault()).isNull();
    Judgement denied = judge(inbound, ask("GET", "/slow/admin", ORDERS));
    assertThat(denied.denial()).isNotNull();
    assertThat(denied.fault()).isNull();
  }

  @Test
  void what_this_agent_does_not_know_is_not_enforced_in_part() {
    assertThatThrownBy(() -> compiled(Inbound.newBuilder().addNeeds("jwt")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("jwt");
  }

  @Test
  void a_field_or_value_that_only_a_newer_agent_knows_is_not_skipped() {
    UnknownFieldSet later =
        UnknownFieldSet.newBuilder()
            .addField(999, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();

    assertThatThrownBy(
            () ->
                compiled(
                    Inbound.newBuilder().addAuthorizations(allow(rule().setUnknownFields(later)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("field 999 of AuthorizationRule")
        .hasMessageContaining("upgrade the agent");
    assertThatThrownBy(() -> compiled(Inbound.newBuilder().setMutualTls(strict().setModeValue(77))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("value 77 of MutualTls.mode");
  }

  @Test
  void servers_that_nobody_guards_are_closed_where_strangers_are_barred() {
    CompiledPolicies strict =
        compiled(
            Inbound.newBuilder()
                .setMutualTls(
                    strict()
                        .addExemptPorts(9090)
                        .addExemptPaths("/health")
                        .addExemptRanges("10.0.0.0/8")));
    assertThat(strict.barredBy(80, "11.0.0.1"))
        .map(Object::toString)
        .hasValue("MutualTls/default/strict");
    assertThat(strict.barredBy(80, "10.0.0.1")).isEmpty();
    assertThat(strict.barredBy(80, "")).as("who will come is not known").isEmpty();
    assertThat(strict.barredBy(9090, "11.0.0.1")).isEmpty();
    assertThat(
            compiled(Inbound.newBuilder().addAuthorizations(authorization(true))).barredBy(80, ""))
        .map(Object::toString)
        .hasValue("Authorization/default/deny");
    assertThat(
            compiled(
                    Inbound.newBuilder()
                        .setMutualTls(strict().setShadow(true))
                        .addAuthorizations(authorization(true).setShadow(true)))
                .barredBy(80, ""))
        .isEmpty();
  }

  private static void assertAdmitted(
      Authorization.Builder authorization, InboundRequest request, String through) {
    assertThat(judge(authorization, request).denial() == null).isEqualTo(through.equals("yes"));
  }

  private static Judgement judge(Authorization.Builder authorization, InboundRequest request) {
    return judge(Inbound.newBuilder().addAuthorizations(authorization), request);
  }

  private static Judgement judge(Inbound.Builder inbound, InboundRequest request) {
    return compiled(inbound).judge(request, 0, CHANCE);
  }

  private static CompiledPolicies compiled(Inbound.Builder inbound) {
    return new CompiledPolicies(inbound.build(), "weft.local", null, uri -> {});
  }

  private static Authorization.Builder allow(AuthorizationRule.Builder rule) {
    return authorization(false).addRules(rule);
  }

  private static Authorization.Builder authorization(boolean deny) {
    return Authorization.newBuilder()
        .setSource(source("Authorization", deny ? "deny" : "allow"))
        .setDeny(deny);
  }

  private static AuthorizationRule.Builder rule() {
    return AuthorizationRule.newBuilder();
  }

  private static MutualTls.Builder strict() {
    return MutualTls.newBuilder()
        .setSource(source("MutualTls", "strict"))
        .setMode(MutualTls.Mode.STRICT);
  }

  private static RateLimit.Builder rate() {
    return RateLimit.newBuilder()
        .setSource(source("RateLimit", "rate"))
        .setLimit(1)
        .setPeriodNanos(1_000_000_000L)
        .setBurst(3)
        .setHeader("x-user");
  }

  private static Source.Builder source(String kind, String name) {
    return Source.newBuilder().setKind(kind).setNamespace("default").setName(name).setGeneration(7);
  }

  private static Peer peer(String namespace, String principal) {
    return Peer.of(
        SpiffeId.parse("spiffe://weft.local/ns/" + namespace + "/sa/" + principal), List.of());
  }

  private static TestRequest ask(String method, String target, Peer peer) {
    return new TestRequest(method, target, peer);
  }
}
