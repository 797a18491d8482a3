package io.weft.core.call;

import static io.weft.core.call.Reply.fails;
import static io.weft.core.call.Reply.status;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.weft.api.v1.Ask;
import io.weft.api.v1.Explanation;
import io.weft.api.v1.Stage;
import io.weft.api.v1.ToldCall;
import io.weft.core.explain.Explainer;
import io.weft.core.explain.RecentCalls;
import io.weft.core.inbound.InboundPolicies;
import io.weft.core.scope.TraceContext;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What people are told of calls that were made. */
class RecentCallsTest {
  private final RecentCalls recent = RecentCalls.separate(() -> 0, () -> 1_000_000);
  private TraceContext trace = trace("a");
  private final Shop shop =
      new Shop(
              new CallObserver() {
                @Override
                public void callEnded(OutboundCall call) {
                  recent.made(call, trace);
                }
              })
          .service("stock", "a", "b", "c");

  @Test
  void eachAttemptIsToldWithItsEndpointItsTimeAndWhatCameOfIt() {
    shop.policy(
        """
        kind: Retry
        metadata: {name: again}
        spec:
          to: {service: stock}
          conf: {attempts: 3, on: [5xx, connect-failure]}
        """);
    shop.replies(fails(Failure.CONNECT), status(503), status(200));

    FakeCall made = shop.get("/items?secret=1");

    assertThat(made.status()).isEqualTo(200);
    ToldCall call = only("a");
    assertThat(call.getPeer()).isEqualTo("default/stock");
    assertThat(call.getMethod() + " " + call.getPath()).isEqualTo("GET /items");
    assertThat(call.getOutcome()).isEqualTo("200");
    assertThat(call.getFailed()).isFalse();
    assertThat(call.getStagesList())
        .filteredOn(stage -> stage.getName().startsWith("attempt"))
        .extracting(stage -> stage.getName() + ": " + stage.getSays())
        .satisfiesExactly(
            first -> assertThat(first).matches("attempt 1: [abc]:8080 connect, from 0s on for .*"),
            second -> assertThat(second).matches("attempt 2: [abc]:8080 503, from .*"),
            third -> assertThat(third).matches("attempt 3: [abc]:8080 200, from .*"));
    assertThat(stage(call, "Retry").getSource().getName()).isEqualTo("again");
    assertThat(stage(call, "LoadBalancer").getCandidatesList())
        .extracting(each -> each.getWhy())
        .containsOnly("tried");
  }

  @Test
  void anAnswerOfTheMeshIsToldWithItsReason() {
    shop.policy(
            """
            kind: Timeout
            metadata: {name: brief}
            spec: {to: {service: stock}, conf: {request: 1s}}
            """)
        .replies(Reply.silence());

    shop.get("/");
    shop.pass(Duration.ofSeconds(1));

    ToldCall call = only("a");
    assertThat(call.getFailed()).isTrue();
    assertThat(call.getOutcome())
        .isEqualTo("504 by the mesh: Timeout/default/brief no answer in time");
    assertThat(call.getTookMicros()).isEqualTo(1_000_000);
    assertThat(call.getStartMillis()).isEqualTo(999_000);
    assertThat(stage(call, "answer").getStops()).isTrue();
    assertThat(stage(call, "attempt 1").getSays()).contains("given up");
  }

  @Test
  void ofHedgedTriesTheOneIsToldWhoseAnswerWasTaken() {
    shop.policy(
        """
        kind: Retry
        metadata: {name: beside}
        spec: {to: {service: stock}, conf: {attempts: 2, on: [5xx], hedge: {delay: 100ms}}}
        """);
    shop.replies(status(201).after(Duration.ofMillis(150)), Reply.silence());

    shop.get("/");
    shop.pass(Duration.ofMillis(150));

    ToldCall call = only("a");
    assertThat(call.getOutcome()).isEqualTo("201");
    assertThat(stage(call, "attempt 1").getSays()).contains(" 201, from 0s on for 150ms");
    assertThat(stage(call, "attempt 2").getSays())
        .contains(" given up, as another was sooner, from 100ms on for 50ms");
  }

  @Test
  void whatProtectsTheCalleeIsToldWithWhatItDecided() {
    shop.policy(
        """
        kind: CircuitBreaker
        metadata: {name: fuse}
        spec: {to: {service: stock}, conf: {window: {calls: 2}, minimumCalls: 1}}
        ---
        kind: ConcurrencyLimit
        metadata: {name: limit}
        spec: {to: {service: stock}, conf: {maxConcurrent: 1}}
        ---
        kind: OutlierDetection
        metadata: {name: outliers}
        spec: {to: {service: stock}, conf: {consecutive5xx: 1}}
        """);
    shop.replies(status(500));

    FakeCall failed = shop.get("/");
    trace = trace("b");
    shop.get("/");

    ToldCall first = only("a");
    String bad = failed.attempt(1).endpoint().authority();
    assertThat(first.getStagesList())
        .filteredOn(stage -> stage.getSource().getGeneration() > 0)
        .extracting(
            stage -> stage.getName() + "/" + stage.getSource().getName() + " " + stage.getSays())
        .containsExactly(
            "CircuitBreaker/fuse let it through",
            "ConcurrencyLimit/limit had a place for it",
            "OutlierDetection/outliers ejected: " + bad + " for 30000 ms: consecutive 5xx",
            "CircuitBreaker/fuse opened: 1 of 1 calls failed");
    assertThat(stage(first, "LoadBalancer").getCandidatesList())
        .extracting(each -> each.getWhat() + " " + each.getWhy())
        .contains(bad + " tried");
    ToldCall second = only("b");
    assertThat(second.getOutcome())
        .isEqualTo("503 by the mesh: CircuitBreaker/default/fuse the circuit is open");
    assertThat(stage(second, "CircuitBreaker").getSays()).isEqualTo("open");
    assertThat(stage(second, "LoadBalancer").getCandidatesList())
        .extracting(each -> each.getWhat() + " " + each.getWhy())
        .contains(bad + " now OutlierDetection/default/outliers ejects it for 30000 ms more");
  }

  @Test
  void rulesThatWerePassedOverForHeadersAreToldAsSuchThoughHeadersAreNotKept() {
    shop.policy(
        """
        kind: Route
        metadata: {name: stock}
        spec:
          to: {service: stock}
          conf:
            rules:
            - {name: posts, matches: [{method: POST}]}
            - {name: testers, matches: [{headers: [{name: x-group, value: testers}]}]}
            - {name: rest}
        """);

    shop.call(FakeRequest.get("/").header("x-group", "staff"));

    Stage route = stage(only("a"), "Route");
    assertThat(route.getSays()).isEqualTo("rule rest");
    assertThat(route.getField()).isEqualTo("spec.conf.rules[rest]");
    assertThat(route.getCandidatesList())
        .extracting(each -> each.getWhat() + ": " + each.getWhy())
        .containsExactly("rule posts: the method is not POST", "rule testers: by its headers");
  }

  @Test
  void aCallIsFoundByItsRequestIdToo() {
    trace = TraceContext.NONE;

    shop.call(FakeRequest.get("/").header("X-Request-Id", "r-1"));

    assertThat(only("r-1").getOutcome()).isEqualTo("200");
    assertThat(told("r-2")).isEmpty();
  }

  @Test
  void failuresAreKeptThoughManyGoodCallsFollow() {
    trace = trace("bad");
    shop.replies(status(500));
    shop.get("/");
    trace = trace("good");
    shop.get("/");

    for (int i = 0; i < 5_000; i++) {
      trace = trace("other" + i);
      shop.get("/");
    }

    assertThat(told("bad")).hasSize(1);
    assertThat(told("good")).isEmpty();
    assertThat(told("other4999")).hasSize(1);
  }

  @Test
  void tracesThatAreKeptDoNotGiveWayToThoseThatAreNot() {
    trace = trace("sampled");
    shop.get("/");

    for (int i = 0; i < 5_000; i++) {
      trace = new TraceContext("other" + i, "s", false, "");
      shop.get("/");
    }

    assertThat(told("sampled")).hasSize(1);
  }

  @Test
  void ofManyAttemptsTheLastSixAreTold() {
    shop.policy(
        """
        kind: Retry
        metadata: {name: again}
        spec: {to: {service: stock}, conf: {attempts: 10, on: [5xx]}}
        """);
    for (String uid : List.of("a", "b", "c")) {
      shop.instance(uid, status(503));
    }

    shop.get("/");

    assertThat(only("a").getStagesList())
        .extracting(Stage::getName)
        .filteredOn(name -> name.startsWith("attempt"))
        .containsExactly(
            "attempt 5", "attempt 6", "attempt 7", "attempt 8", "attempt 9", "attempt 10");
  }

  @Test
  void whatIsKeptOfACallTakesNoMoreThan256Bytes() {
    OutboundCall call = shop.call(FakeRequest.get("/items/42")).call();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int calls = 10_000;
    keep(calls, call);

    long before = threads.getCurrentThreadAllocatedBytes();
    keep(calls, call);
    long each = (threads.getCurrentThreadAllocatedBytes() - before) / calls;

    assertThat(each).isBetween(64L, 256L);
  }

  private void keep(int calls, OutboundCall call) {
    for (int i = 0; i < calls; i++) {
      recent.made(call, trace);
    }
  }

  private ToldCall only(String id) {
    List<ToldCall> told = told(id);
    assertThat(told).hasSize(1);
    return told.get(0);
  }

  private List<ToldCall> told(String id) {
    List<Explanation> answers = new ArrayList<>();
    new Explainer(
            shop.mesh.mesh(),
            InboundPolicies.separate(),
            recent,
            List::of,
            () -> shop.time.nanoTime())
        .answer(Ask.newBuilder().setRequest(id).build(), answers::add);
    assertThat(answers).hasSize(1);
    return answers.get(0).getCallsList();
  }

  private static Stage stage(ToldCall call, String name) {
    return call.getStagesList().stream()
        .filter(stage -> stage.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static TraceContext trace(String id) {
    return new TraceContext(id, "s", true, "");
  }
}
