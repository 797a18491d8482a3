package io.weft.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.weft.api.v1.Backend;
import io.weft.api.v1.NamedMatch;
import io.weft.api.v1.RouteMatch;
import io.weft.api.v1.RouteRule;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.StringMatch;
import io.weft.core.balance.Balancing;
import io.weft.core.balance.Cluster;
import io.weft.core.breaker.BreakerPolicy;
import io.weft.core.breaker.CircuitBreaker;
import io.weft.core.call.OutboundRequest;
import io.weft.core.call.Protocol;
import io.weft.core.health.Checkups;
import io.weft.core.health.HealthChecks;
import io.weft.core.limit.ConcurrencyLimit;
import io.weft.core.limit.LimitPolicy;
import io.weft.core.outlier.Outliers;
import java.lang.management.ManagementFactory;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class RouteTableLawsTest {

  /** By the words of the Gateway API, one match after the other. */
  private static final Comparator<Candidate> PRECEDENCE =
      Comparator.comparingInt((Candidate c) -> c.match.pathRank())
          .thenComparing(c -> !c.match.method().isEmpty())
          .thenComparing(c -> c.match.headers().size())
          .thenComparing(c -> c.match.query().size());

  private record Candidate(int rule, RequestMatch match) {}

  @Property(tries = 3_000, edgeCases = EdgeCasesMode.NONE)
  void theRuleThatIsFoundIsTheOneThatComparingWithAllOfThemFinds(
      @ForAll("rules") List<List<RouteMatch>> rules, @ForAll("requests") List<Request> requests) {
    RouteTable table = table(rules);

    for (Request request : requests) {
      long expected = -1;
      Candidate best = null;
      for (int rule = 0; rule < table.size(); rule++) {
        for (RequestMatch match : orEvery(table.rule(rule).matches())) {
          Candidate candidate = new Candidate(rule, match);
          if (match.matches(request) && (best == null || PRECEDENCE.compare(candidate, best) > 0)) {
            best = candidate;
            expected = (long) rule << Integer.SIZE | match.prefixLength();
          }
        }
      }

      assertThat(table.find(request)).as("%s", request).isEqualTo(expected);
    }
  }

  @Example
  void findingOneOfAThousandRulesAllocatesNothing() {
    RouteTable table =
        table(
            IntStream.range(0, 1_000)
                .mapToObj(i -> List.of(path(StringMatch.Type.PREFIX, "/shops/" + i + "/items")))
                .toList());
    Request request = new Request("GET", "/shops/777/items/42?detail=full", Map.of());
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int finds = 10_000;
    // What the first ones allocate is the JVM's.
    find(table, request, finds);

    long before = threads.getCurrentThreadAllocatedBytes();
    long found = find(table, request, finds);
    long each = (threads.getCurrentThreadAllocatedBytes() - before) / finds;

    assertThat(RouteTable.index(found)).isEqualTo(777);
    assertThat(each).isZero();
  }

  private static long find(RouteTable table, Request request, int times) {
    long found = 0;
    for (int i = 0; i < times; i++) {
      found = table.find(request);
    }
    return found;
  }

  private static List<RequestMatch> orEvery(List<RequestMatch> matches) {
    return matches.isEmpty() ? List.of(new RequestMatch(null, "", List.of(), List.of())) : matches;
  }

  /** Nobody stands behind the rules. */
  private static final class Lasting implements RouteCompiler.Lasting {
    @Override
    public Cluster cluster(Backend backend, Balancing balancing) {
      return new Cluster(
          "none",
          balancing,
          new Outliers(),
          new HealthChecks("none", Checkups.ofThisProcess(change -> {}), () -> 1));
    }

    @Override
    public CircuitBreaker breaker(BreakerPolicy policy) {
      return new CircuitBreaker(policy);
    }

    @Override
    public ConcurrencyLimit limit(LimitPolicy policy) {
      return new ConcurrencyLimit(policy);
    }
  }

  private static RouteTable table(List<List<RouteMatch>> rules) {
    ServiceConfig.Builder config = ServiceConfig.newBuilder();
    rules.forEach(matches -> config.addRules(RouteRule.newBuilder().addAllMatches(matches)));
    return new RouteCompiler("", new Lasting()).compile(config.build());
  }

  @Provide
  Arbitrary<List<List<RouteMatch>>> rules() {
    return matches().list().ofMaxSize(3).list().ofMaxSize(30);
  }

  private static Arbitrary<RouteMatch> matches() {
    Arbitrary<RouteMatch> paths =
        Arbitraries.frequencyOf(
            Tuple.of(6, paths().map(path -> path(StringMatch.Type.PREFIX, path))),
            Tuple.of(6, paths().map(path -> path(StringMatch.Type.EXACT, path))),
            Tuple.of(1, Arbitraries.of("/a/.*", "/.*/b", ".*").map(RouteTableLawsTest::expression)),
            Tuple.of(1, Arbitraries.just(RouteMatch.getDefaultInstance())));
    return Combinators.combine(
            paths,
            Arbitraries.of("", "", "GET", "POST"),
            Arbitraries.of("x-tester", "x-other").set().ofMaxSize(1),
            Arbitraries.of("q", "r").set().ofMaxSize(1))
        .as(
            (match, method, headers, query) -> {
              RouteMatch.Builder built = match.toBuilder().setMethod(method);
              headers.forEach(name -> built.addHeaders(named(name)));
              query.forEach(name -> built.addQueryParams(named(name)));
              return built.build();
            });
  }

  @Provide
  Arbitrary<List<Request>> requests() {
    return Combinators.combine(
            Arbitraries.of("GET", "POST"),
            paths(),
            Arbitraries.of("", "?q=yes", "?r=yes&q=no", "?q=/a/b"),
            Arbitraries.of("x-tester", "x-other").set())
        .as(
            (method, path, query, headers) ->
                new Request(
                    method,
                    path + query,
                    headers.stream().collect(Collectors.toMap(name -> name, name -> "yes"))))
        .list()
        .ofMinSize(1)
        .ofMaxSize(20);
  }

  /** Of few elements, so that they meet; some of them of a kind that only a stranger sends. */
  private static Arbitrary<String> paths() {
    Arbitrary<String> usual =
        Arbitraries.of("a", "b", "ab", "", "Aa", "BB")
            .list()
            .ofMaxSize(4)
            .map(elements -> "/" + String.join("/", elements));
    return Arbitraries.frequencyOf(
        Tuple.of(20, usual), Tuple.of(1, Arbitraries.of("*", "a/b", "", "//", "/a//b/")));
  }

  private static RouteMatch expression(String expression) {
    return path(StringMatch.Type.REGEX, expression);
  }

  private static RouteMatch path(StringMatch.Type type, String path) {
    return RouteMatch.newBuilder()
        .setPath(StringMatch.newBuilder().setType(type).setValue(path))
        .build();
  }

  private static NamedMatch named(String name) {
    return NamedMatch.newBuilder()
        .setName(name)
        .setValue(StringMatch.newBuilder().setValue("yes"))
        .build();
  }

  /** A request that is nothing but what rules look at. */
  record Request(String method, String target, Map<String, String> headers)
      implements OutboundRequest {
    @Override
    public String header(String name) {
      return headers.getOrDefault(name, "");
    }

    @Override
    public Protocol protocol() {
      return Protocol.HTTP;
    }

    @Override
    public String scheme() {
      return "http";
    }

    @Override
    public String authority() {
      return "stock";
    }

    @Override
    public boolean replayable() {
      return true;
    }
  }
}
