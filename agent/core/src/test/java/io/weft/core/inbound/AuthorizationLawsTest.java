package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.Authorization;
import io.weft.api.v1.AuthorizationRule;
import io.weft.api.v1.Source;
import io.weft.api.v1.ValuesMatch;
import io.weft.core.identity.Peer;
import io.weft.core.identity.SpiffeId;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** However rules are found, it is as if a request were compared with one after the other. */
class AuthorizationLawsTest {
  private static final String DOMAIN = "spiffe://weft.local/ns/";

  @Property(tries = 2_000, edgeCases = EdgeCasesMode.NONE)
  void the_rule_that_is_found_is_the_first_that_matches(
      @ForAll("documents") List<Authorization> documents,
      @ForAll("requests") List<Asked> requests) {
    AuthorizationRules rules = AuthorizationRules.of(documents, name -> name);

    for (Asked asked : requests) {
      assertThat(rules.match(asked)).isEqualTo(firstOf(documents, asked));
    }
  }

  private static io.weft.core.config.@Nullable Source firstOf(
      List<Authorization> documents, Asked asked) {
    for (Authorization document : documents) {
      for (AuthorizationRule rule : document.getRulesList()) {
        if (matches(rule, asked)) {
          return io.weft.core.config.Source.of(document.getSource());
        }
      }
    }
    return null;
  }

  private static boolean matches(AuthorizationRule rule, Asked asked) {
    return meets(rule.getPathsList(), asked.path())
        && meetsNot(rule.getNotPathsList(), asked.path())
        && meets(rule.getPrincipalsList(), asked.peer().id())
        && meetsNot(rule.getNotPrincipalsList(), asked.peer().id())
        && meets(rule.getNamespacesList(), asked.peer().namespace())
        && meetsNot(rule.getNotNamespacesList(), asked.peer().namespace())
        && meets(rule.getMethodsList(), asked.method())
        && meetsNot(rule.getNotMethodsList(), asked.method())
        && rule.getHeadersList().stream()
            .allMatch(
                match ->
                    asked.request().headers(match.getName()).stream()
                        .anyMatch(value -> meetsAny(match.getValuesList(), value)));
  }

  private static boolean meets(List<String> patterns, String text) {
    return patterns.isEmpty() || meetsAny(patterns, text);
  }

  private static boolean meetsNot(List<String> patterns, String text) {
    return !meetsAny(patterns, text);
  }

  private static boolean meetsAny(List<String> patterns, String text) {
    return patterns.stream()
        .anyMatch(
            pattern -> {
              if (pattern.equals("*")) {
                return !text.isEmpty();
              }
              if (pattern.endsWith("*")) {
                return text.startsWith(pattern.substring(0, pattern.length() - 1));
              }
              return pattern.startsWith("*")
                  ? text.endsWith(pattern.substring(1))
                  : text.equals(pattern);
            });
  }

  @Provide
  Arbitrary<List<Authorization>> documents() {
    Arbitrary<AuthorizationRule> rule =
        Combinators.combine(
                patterns(paths()),
                patterns(paths()),
                patterns(principals()),
                patterns(principals()),
                patterns(namespaces()),
                patterns(namespaces()),
                patterns(methods()),
                Arbitraries.of("", "", "gold", "*"))
            .as(AuthorizationLawsTest::rule);
    return rule.list()
        .ofMaxSize(6)
        .list()
        .ofMaxSize(6)
        .map(
            all -> {
              int[] number = {0};
              return all.stream().map(rules -> document(number[0]++, rules)).toList();
            });
  }

  private static Authorization document(int number, List<AuthorizationRule> rules) {
    return Authorization.newBuilder()
        .setSource(Source.newBuilder().setKind("Authorization").setName("document-" + number))
        .addAllRules(rules)
        .build();
  }

  private static AuthorizationRule rule(
      List<String> paths,
      List<String> notPaths,
      List<String> principals,
      List<String> notPrincipals,
      List<String> namespaces,
      List<String> notNamespaces,
      List<String> methods,
      String header) {
    AuthorizationRule.Builder rule =
        AuthorizationRule.newBuilder()
            .addAllPaths(paths)
            .addAllNotPaths(notPaths)
            .addAllPrincipals(principals)
            .addAllNotPrincipals(notPrincipals)
            .addAllNamespaces(namespaces)
            .addAllNotNamespaces(notNamespaces)
            .addAllMethods(methods);
    if (!header.isEmpty()) {
      rule.addHeaders(ValuesMatch.newBuilder().setName("tier").addValues(header));
    }
    return rule.build();
  }

  // Mostly none, so that rules match often enough.
  private static Arbitrary<List<String>> patterns(Arbitrary<String> texts) {
    Arbitrary<String> pattern =
        Combinators.combine(
                texts,
                Arbitraries.integers().between(0, 8),
                Arbitraries.<Function<String, String>>of(
                    text -> text, text -> text + "*", text -> "*" + text, text -> "*"))
            .as((text, from, shape) -> shape.apply(text.substring(Math.min(from, text.length()))))
            .filter(text -> !text.isEmpty());
    return Arbitraries.frequencyOf(
        Tuple.of(3, Arbitraries.just(List.of())),
        Tuple.of(1, whole(texts).list().ofMinSize(1).ofMaxSize(3)),
        Tuple.of(1, pattern.list().ofMinSize(1).ofMaxSize(3)));
  }

  private static Arbitrary<String> whole(Arbitrary<String> texts) {
    return Combinators.combine(texts, Arbitraries.of("", "*"))
        .as((text, star) -> text + star)
        .filter(text -> !text.isEmpty());
  }

  @Provide
  Arbitrary<List<Asked>> requests() {
    Arbitrary<Peer> peers =
        Combinators.combine(namespaces(), Arbitraries.of("a", "ab", "b", ""))
            .as(
                (namespace, principal) ->
                    principal.isEmpty()
                        ? Peer.UNKNOWN
                        : Peer.of(
                            SpiffeId.parse(DOMAIN + namespace + "/sa/" + principal), List.of()));
    return Combinators.combine(peers, paths(), methods(), Arbitraries.of("", "gold", "tin"))
        .as(
            (peer, path, method, tier) ->
                new Asked(
                    new TestRequest(
                        method,
                        path,
                        peer,
                        tier.isEmpty() ? Map.of() : Map.of("tier", List.of("x", tier))),
                    path,
                    Claims.NONE))
        .list()
        .ofSize(10);
  }

  private static Arbitrary<String> paths() {
    return Arbitraries.of("/", "/a", "/a/", "/ab", "/a/b", "/a/ba", "/b.x", "/a/b.x", "/a/a.xx");
  }

  private static Arbitrary<String> namespaces() {
    return Arbitraries.of("n", "nn", "m", "mn");
  }

  private static Arbitrary<String> principals() {
    return Combinators.combine(namespaces(), Arbitraries.of("a", "ab", "b"))
        .as((namespace, principal) -> DOMAIN + namespace + "/sa/" + principal);
  }

  private static Arbitrary<String> methods() {
    return Arbitraries.of("GET", "POST", "PUT");
  }
}
