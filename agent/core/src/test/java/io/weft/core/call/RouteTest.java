package io.weft.core.call;

import static io.weft.core.call.FakeRequest.get;
import static io.weft.core.call.FakeRequest.grpc;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.weft.api.v1.Endpoint;
import io.weft.core.MeshUnderTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTest {

  private final Shop shop = new Shop();

  RouteTest() {
    shop.mesh
        .instance("stock", labelled("one", "v1"))
        .instance("stock", labelled("two", "v2"))
        .service("backup", "spare");
  }

  @Test
  void withoutARouteAllInstancesAreReached() {
    List<String> reached = IntStream.range(0, 50).mapToObj(i -> shop.get("/").sentTo()).toList();

    assertThat(reached).contains("one", "two");
  }

  @Test
  void ofRulesThatSayAsMuchTheFirstThatMatchesRules() {
    route(
        """
        rules:
        - matches: [{path: {type: PathPrefix, value: /new}}]
          backends: [{service: stock, labels: {version: v2}}]
        - backends: [{service: stock, labels: {version: v1}}]
        """);

    assertThat(shop.get("/new/items").sentTo()).isEqualTo("two");
    assertThat(shop.get("/old").sentTo()).isEqualTo("one");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          - path: {value: /}                       | - path: {value: /cart}
          - path: {value: /cart}                   | - path: {value: /cart/tea}
          - path: {value: /cart/tea}               | - path: {type: RegularExpression, value: '/cart/.*'}
          - path: {type: RegularExpression, value: '/cart/.*'} | - path: {type: Exact, value: /cart/tea}
          - headers: [{name: a, value: b}]         | - path: {value: /cart}
          - headers: [{name: a, value: b}]         | - method: GET
          - path: {value: /cart}, headers: [{name: a, value: b}] | - path: {value: /cart/tea}
          - queryParams: [{name: q, value: '1'}]   | - headers: [{name: a, value: b}]
          - headers: [{name: a, value: b}]         | - headers: [{name: a, value: b}, {name: c, value: d}]
          - headers: [{name: a, value: b}]         | - headers: [{name: a, value: b}], queryParams: [{name: q, value: '1'}]
          """)
  void ofRulesThatMatchTheOneThatSaysTheMostRules(String less, String more) {
    for (boolean moreFirst : new boolean[] {true, false}) {
      String one = rule("more", more);
      String other = rule("less", less);
      route("rules:\n" + (moreFirst ? one + other : other + one) + "- name: rest\n");

      FakeCall call = shop.call(get("/cart/tea?q=1").header("a", "b").header("c", "d"));

      assertThat(call.call().rule().name()).isEqualTo("more");
    }
  }

  private static String rule(String name, String match) {
    return "- name: %s\n  matches: [{%s}]\n".formatted(name, match.substring(2));
  }

  @Test
  void noRuleThatMatchesIs404() {
    route("rules: [{matches: [{path: {type: Exact, value: /only}}]}]");

    FakeCall call = shop.get("/other");

    assertThat(call.status()).isEqualTo(404);
    assertThat(call.reason()).isEqualTo("Route/default/stock no rule for this request");
    assertThat(call.sends()).isZero();
    assertThat(shop.call(grpc()).grpcCode()).isEqualTo(12);
  }

  @ParameterizedTest
  @CsvSource({
    "Exact,/a,/a,true",
    "Exact,/a,/a?x=1,true",
    "Exact,/a,/a/,false",
    "Exact,/a,/A,false",
    "PathPrefix,/a,/a,true",
    "PathPrefix,/a,/a/,true",
    "PathPrefix,/a,/a/b,true",
    "PathPrefix,/a,/a?x=1,true",
    "PathPrefix,/a,/ab,false",
    "PathPrefix,/a/,/a,true",
    "PathPrefix,/a/,/a/b,true",
    "PathPrefix,/a/,/ab,false",
    "PathPrefix,/,/anything/at?all,true",
    "RegularExpression,/a/[0-9]+,/a/42,true",
    "RegularExpression,/a/[0-9]+,/a/42?x=y,true",
    "RegularExpression,/a/[0-9]+,/a/42/b,false",
    "RegularExpression,/a/[0-9]+,/b/a/42,false",
  })
  void pathsMatch(String type, String value, String target, boolean matches) {
    route("rules: [{matches: [{path: {type: %s, value: \"%s\"}}]}]".formatted(type, value));

    assertThat(shop.get(target).status()).isEqualTo(matches ? 200 : 404);
  }

  @Test
  void anExpressionThatWouldRunAwayElsewhereIsMatchedAtOnce() {
    route("rules: [{matches: [{path: {type: RegularExpression, value: \"/(a+)+b\"}}]}]");

    assertThat(shop.get("/" + "a".repeat(10_000)).status()).isEqualTo(404);
  }

  @Test
  void anExpressionThatIsNoneIsRefusedAndTheOldRouteStays() {
    route("rules: [{matches: [{path: {type: Exact, value: /only}}]}]");

    assertThatThrownBy(
            () -> route("rules: [{matches: [{path: {type: RegularExpression, value: \"/(\"}}]}]"))
        .hasMessageContaining("not a regular expression");
    assertThat(shop.get("/only").status()).isEqualTo(200);
    assertThat(shop.get("/other").status()).isEqualTo(404);
  }

  @Test
  void allOfOneMatchMustHoldAndAnyOfSeveral() {
    route(
        """
        rules:
        - matches:
          - {method: POST, path: {type: Exact, value: /a}}
          - {method: PUT}
        """);

    assertThat(shop.call(FakeRequest.post("/a")).status()).isEqualTo(200);
    assertThat(shop.call(FakeRequest.of("PUT", "/b")).status()).isEqualTo(200);
    assertThat(shop.call(FakeRequest.post("/b")).status()).isEqualTo(404);
    assertThat(shop.get("/a").status()).isEqualTo(404);
  }

  @Test
  void headersMatchWhateverTheCaseOfTheirNames() {
    route(
        """
        rules:
        - matches:
          - headers: [{name: X-Tester, value: "yes"}]
          - headers: [{name: x-group, type: RegularExpression, value: "beta-.*"}]
        """);

    assertThat(shop.call(get("/").header("x-tester", "yes")).status()).isEqualTo(200);
    assertThat(shop.call(get("/").header("X-GROUP", "beta-7")).status()).isEqualTo(200);
    assertThat(shop.call(get("/").header("x-tester", "yes!")).status()).isEqualTo(404);
    assertThat(shop.call(get("/").header("x-group", "a beta-7")).status()).isEqualTo(404);
    assertThat(shop.get("/").status()).isEqualTo(404);
  }

  @Test
  void anExpressionThatAllowsNothingDoesNotMatchAHeaderThatIsNotThere() {
    route("rules: [{matches: [{headers: [{name: a, type: RegularExpression, value: \".*\"}]}]}]");

    assertThat(shop.get("/").status()).isEqualTo(404);
    assertThat(shop.call(get("/").header("a", "b")).status()).isEqualTo(200);
  }

  @Test
  void queryParametersMatchDecoded() {
    route(
        """
        rules:
        - matches:
          - queryParams: [{name: q, value: "a b&c"}]
          - queryParams: [{name: n, type: RegularExpression, value: "[0-9]+"}]
        """);

    assertThat(shop.get("/?x=1&q=a+b%26c").status()).isEqualTo(200);
    assertThat(shop.get("/?n=42").status()).isEqualTo(200);
    assertThat(shop.get("/?n=x").status()).isEqualTo(404);
    assertThat(shop.get("/?nn=42").status()).isEqualTo(404);
    assertThat(shop.get("/n=42").status()).isEqualTo(404);
    assertThat(shop.get("/?q=%zz").status()).isEqualTo(404);
  }

  @Test
  void weightsShareOutTheCalls() {
    route(
        """
        rules:
        - backends:
          - {service: stock, labels: {version: v1}, weight: 90}
          - {service: stock, labels: {version: v2}, weight: 10}
        """);

    long two = IntStream.range(0, 10_000).filter(i -> shop.get("/").sentTo().equals("two")).count();

    // Four standard deviations of 10,000 draws at 10 percent.
    assertThat(two).isCloseTo(1_000, within(120L));
  }

  @Test
  void aBackendOfWeightZeroIsNeverDrawn() {
    route(
        """
        rules:
        - backends:
          - {service: stock, labels: {version: v1}, weight: 1}
          - {service: stock, labels: {version: v2}, weight: 0}
        """);

    assertThat(IntStream.range(0, 100).mapToObj(i -> shop.get("/").sentTo())).containsOnly("one");
  }

  @Test
  void weightsThatAreAllZeroLeaveNowhereToGo() {
    route("rules: [{backends: [{service: stock, weight: 0}]}]");

    FakeCall call = shop.get("/");

    assertThat(call.status()).isEqualTo(503);
    assertThat(call.reason()).isEqualTo("Route/default/stock no backend has a weight");
  }

  @Test
  void aBackendMayBeAnotherService() {
    route("rules: [{backends: [{service: backup}]}]");

    assertThat(shop.get("/").sentTo()).isEqualTo("spare");
  }

  @Test
  void labelsThatNobodyCarriesAre503UntilSomebodyDoes() {
    route("rules: [{backends: [{service: stock, labels: {version: v3}}]}]");

    FakeCall call = shop.get("/");
    assertThat(call.status()).isEqualTo(503);
    assertThat(call.grpcCode()).isEqualTo(14);
    assertThat(call.reason())
        .isEqualTo("Route/default/stock no endpoint for default/stock{version=v3}");

    shop.mesh.instance("stock", labelled("three", "v3"));
    assertThat(shop.get("/").sentTo()).isEqualTo("three");
  }

  @Test
  void aServiceWithoutInstancesIs503() {
    shop.service("empty");

    FakeCall call = shop.call(get("/").to("empty"));

    assertThat(call.status()).isEqualTo(503);
    assertThat(call.reason()).isEqualTo("Service/default/empty no endpoint for default/empty");
  }

  @Test
  void requestHeadersAreEdited() {
    route(
        """
        rules:
        - filters:
          - requestHeaders:
              set: [{name: x-set, value: new}]
              add: [{name: x-add, value: more}]
              remove: [x-secret]
        """);

    RecordedEdits edits = new RecordedEdits();
    shop.get("/").attempt(1).editRequest(edits);

    assertThat(edits.made).containsExactly("remove x-secret", "set x-set=new", "add x-add=more");
  }

  @Test
  void responseHeadersAreEdited() {
    route("rules: [{filters: [{responseHeaders: {set: [{name: x-by, value: mesh}]}}]}]");

    RecordedEdits edits = new RecordedEdits();
    Attempt attempt = shop.get("/").attempt(1);
    attempt.editResponse(edits);

    assertThat(attempt.editsResponse()).isTrue();
    assertThat(edits.made).containsExactly("set x-by=mesh");
  }

  @Test
  void whatAnObserverCarriesOnComesAfterTheRoutesHeaders() {
    Shop traced =
        new Shop(
            new CallObserver() {
              @Override
              public void attemptStarted(Attempt attempt) {
                attempt.propagate(List.of(new HeaderField("traceparent", "00-1-2-01")));
              }
            });
    RecordedEdits edits = new RecordedEdits();
    traced.service("stock", "a").get("/").attempt(1).editRequest(edits);

    assertThat(edits.made).containsExactly("set traceparent=00-1-2-01");
  }

  @ParameterizedTest
  @CsvSource({
    "{replaceFullPath: /x},/a/b?q=1,/x?q=1",
    "{replacePrefixMatch: /x},/a/b?q=1,/x/b?q=1",
    "{replacePrefixMatch: /x/},/a/b,/x/b",
    "{replacePrefixMatch: /},/a/b,/b",
    "{replacePrefixMatch: /},/a,/",
    "{replacePrefixMatch: /},/a?q=1,/?q=1",
    "{replacePrefixMatch: /x},/a,/x",
  })
  void pathsAreRewritten(String path, String from, String to) {
    route(
        """
        rules:
        - matches: [{path: {type: PathPrefix, value: /a}}]
          filters: [{urlRewrite: {path: %s}}]
        """
            .formatted(path));

    Attempt attempt = shop.get(from).attempt(1);

    assertThat(attempt.target()).isEqualTo(to);
    assertThat(attempt.authority()).isEqualTo("stock:8080");
  }

  @Test
  void theHostIsRewritten() {
    route("rules: [{filters: [{urlRewrite: {host: internal.stock}}]}]");

    Attempt attempt = shop.get("/a?b").attempt(1);

    assertThat(attempt.authority()).isEqualTo("internal.stock");
    assertThat(attempt.target()).isEqualTo("/a?b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{host: other.example}|302|http://other.example:8080/a/b?q=1",
        "{scheme: https, statusCode: 301}|301|https://stock/a/b?q=1",
        "{scheme: https, port: 8443, statusCode: 308}|308|https://stock:8443/a/b?q=1",
        "{port: 80, statusCode: 307}|307|http://stock/a/b?q=1",
        "{path: {replacePrefixMatch: /z}, statusCode: 303}|303|http://stock:8080/z/b?q=1",
        "{path: {replaceFullPath: /z}}|302|http://stock:8080/z?q=1",
      })
  void redirectsAreAnsweredByTheMesh(String redirect, int status, String location) {
    route(
        """
        rules:
        - matches: [{path: {type: PathPrefix, value: /a}}]
          filters: [{redirect: %s}]
        """
            .formatted(redirect));

    FakeCall call = shop.get("/a/b?q=1");

    assertThat(call.status()).isEqualTo(status);
    assertThat(call.answer().headers()).containsExactly(new HeaderField("location", location));
    assertThat(call.sends()).isZero();
  }

  @Test
  void aPolicyForOneRuleRulesThatRuleAlone() {
    route("rules: [{name: slow, matches: [{path: {type: Exact, value: /s}}]}, {name: rest}]");
    shop.policy(
        """
        kind: Timeout
        metadata: {name: patient}
        spec: {to: {service: stock, route: slow}, conf: {request: 10s}}
        ---
        kind: Timeout
        metadata: {name: brief}
        spec: {to: {service: stock}, conf: {request: 1s}}
        """);

    assertThat(shop.get("/s").call().rule().timeout().request())
        .isEqualTo(Duration.ofSeconds(10).toNanos());
    assertThat(shop.get("/r").call().rule().timeout().request())
        .isEqualTo(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void aCallUnderWayFollowsTheRulesItBeganWith() {
    route("rules: [{backends: [{service: stock, labels: {version: v1}}]}]");
    retryOnce();
    shop.replies(Reply.status(503).after(Duration.ofMillis(10)));

    FakeCall call = shop.get("/");
    route("rules: [{backends: [{service: stock, labels: {version: v2}}]}]");
    shop.pass(Duration.ofMillis(10));

    assertThat(call.sentTo()).isEqualTo("one one");
    assertThat(shop.get("/").sentTo()).isEqualTo("two");
  }

  private void retryOnce() {
    shop.policy(
        """
        kind: Retry
        metadata: {name: again}
        spec: {to: {service: stock}, conf: {attempts: 2, on: [5xx]}}
        """);
  }

  @ParameterizedTest
  @CsvSource({"Cookie,cookie,shop=", "Header,x-shop,''"})
  void requestsOfASessionComeToTheInstanceThatTheFirstAnswerNamed(
      String type, String header, String prefix) {
    shop.service("stock", "three", "four", "five");
    route(
        """
        rules:
        - sessionPersistence: {type: %s, sessionName: %s}
          backends: [{service: stock}, {service: stock, labels: {version: v1}}]
        """
            .formatted(type, type.equals("Header") ? "x-shop" : "shop"));

    Set<String> instances = new TreeSet<>();
    for (int i = 0; i < 50; i++) {
      FakeCall first = shop.get("/");
      String instance = first.sentTo();
      instances.add(instance);
      assertThat(answerHeaders(first)).anyMatch(line -> line.contains(instance));

      FakeCall next = shop.call(get("/").header(header, prefix + instance));
      assertThat(next.sentTo()).isEqualTo(instance);
      assertThat(answerHeaders(next)).isEmpty();
    }
    assertThat(instances).hasSizeGreaterThan(2);
  }

  @Test
  void aShareOfTheRequestsIsCopiedOnceTheirOwnOutcomeIsThere() {
    shop.service("next", "n");
    route("rules: [{filters: [{requestMirror: {service: next, percent: 30}}]}]");

    int copies = 0;
    for (int i = 0; i < 1_000; i++) {
      FakeCall call = shop.get("/");
      assertThat(call.status()).isEqualTo(200);
      assertThat(call.sends()).isEqualTo(1);
      copies += call.mirrors().size();
    }
    assertThat(copies).isCloseTo(300, within(60));
  }

  @Test
  void aCopyGoesToItsServiceAloneAndIsNeverCopiedAgain() {
    shop.service("next", "n");
    route("rules: [{filters: [{requestMirror: {service: next}}]}]");
    shop.replies(Reply.silence());
    assertThat(shop.get("/").mirrors()).as("its own outcome is not there").isEmpty();
    assertThat(shop.call(get("/").oneShot()).mirrors()).as("it cannot be copied").isEmpty();
    shop.replies(Reply.fails(Failure.RESET));

    FakeCall call = shop.get("/");

    assertThat(call.mirrors())
        .singleElement()
        .satisfies(
            to -> {
              assertThat(to.service().name()).isEqualTo("next");
              OutboundCall copy = shop.mesh.mesh().call(to, get("/"));
              List<Attempt> started = new ArrayList<>();
              copy.start(0, new Started(started));
              assertThat(started)
                  .singleElement()
                  .satisfies(each -> assertThat(each.endpoint().uid()).isEqualTo("n"));
              assertThat(copy.rule().mirrors()).isEmpty();
              assertThat(copy.isBounded()).isTrue();
            });
  }

  @Test
  void aSessionWhoseInstanceIsGoneOrRefusesConnectionsGoesOnElsewhere() {
    route("rules: [{sessionPersistence: {sessionName: shop, absoluteTimeout: 90s}}]");
    shop.replies(Reply.fails(Failure.CONNECT));

    FakeCall refused = shop.call(get("/").header("cookie", "shop=one"));
    FakeCall after = shop.call(get("/").header("cookie", "shop=one"));
    FakeCall gone = shop.call(get("/").header("cookie", "a=b; shop=gone"));

    assertThat(refused.attempt(1).endpoint().uid()).isEqualTo("one");
    assertThat(refused.attempt(2).endpoint().uid()).isEqualTo("two");
    assertThat(answerHeaders(refused))
        .containsExactly("set-cookie: shop=two; Path=/; HttpOnly; Max-Age=90");
    assertThat(after.sentTo()).isEqualTo("two");
    assertThat(gone.status()).isEqualTo(200);
  }

  private static List<String> answerHeaders(FakeCall call) {
    List<String> lines = new ArrayList<>();
    Attempt attempt = Objects.requireNonNull(call.call().lastAttempt());
    if (attempt.editsResponse()) {
      attempt.editResponse(
          new HeaderEditor() {
            @Override
            public void set(String name, String value) {
              lines.add(name + ": " + value);
            }

            @Override
            public void add(String name, String value) {
              lines.add(name + ": " + value);
            }

            @Override
            public void remove(String name) {}
          });
    }
    return lines;
  }

  private void route(String conf) {
    shop.policy(
        """
        kind: Route
        metadata: {name: stock}
        spec:
          to: {service: stock}
          conf:
        """
            + conf.indent(4));
  }

  private static Endpoint.Builder labelled(String uid, String version) {
    return MeshUnderTest.instance(uid).putAllLabels(Map.of("version", version));
  }

  private static final class RecordedEdits implements HeaderEditor {
    private final List<String> made = new ArrayList<>();

    @Override
    public void set(String name, String value) {
      made.add("set " + name + "=" + value);
    }

    @Override
    public void add(String name, String value) {
      made.add("add " + name + "=" + value);
    }

    @Override
    public void remove(String name) {
      made.add("remove " + name);
    }
  }

  /** Takes note of what is to be sent. */
  private static final class Started extends NoEffects {
    private final List<Attempt> attempts;

    Started(List<Attempt> attempts) {
      this.attempts = attempts;
    }

    @Override
    public void start(Attempt attempt) {
      attempts.add(attempt);
    }
  }
}
