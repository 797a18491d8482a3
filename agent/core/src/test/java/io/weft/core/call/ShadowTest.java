package io.weft.core.call;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Documents of callers in shadow mode: what they would do is noted, and nothing is changed. */
class ShadowTest {

  private final Shop shop = new Shop().service("copy", "z").service("stock", "a", "b", "c");

  @Test
  void aRouteInShadowModeSaysWhereElseItWouldSendARequest() {
    shop.policy(
        """
        kind: Route
        metadata: {name: tried}
        spec:
          to: {service: stock}
          mode: shadow
          conf:
            rules:
            - name: old
              matches: [{path: {value: /old}}]
              filters: [{redirect: {host: elsewhere}}]
            - name: items
              matches: [{path: {value: /items}}]
              backends: [{service: copy, weight: 9}]
            - name: same
              matches: [{path: {value: /same}}]
        """);

    FakeCall items = shop.get("/items/1");
    FakeCall old = shop.get("/old");
    FakeCall same = shop.get("/same");
    FakeCall none = shop.get("/none");

    assertThat(List.of(items, old, same, none))
        .allSatisfy(call -> assertThat(call.status()).isEqualTo(200))
        .allSatisfy(call -> assertThat(call.sentTo()).isNotEqualTo("z"));
    assertThat(verdicts(items))
        .containsExactly("Route/default/tried would follow rule items: 9 of default/copy");
    assertThat(verdicts(old))
        .containsExactly(
            "Route/default/tried would follow rule old: redirect to http://elsewhere:8080/old");
    assertThat(verdicts(same)).isEmpty();
    assertThat(verdicts(none)).containsExactly("Route/default/tried would find no rule for it");
  }

  @Test
  void aTimeoutInShadowModeSaysWhichCallsAndAttemptsItWouldEnd() {
    shop.policy(
            """
            kind: Timeout
            metadata: {name: tried}
            spec: {to: {service: stock}, mode: shadow, conf: {request: 300ms, perTry: 200ms}}
            """)
        .replies(
            Reply.status(200).after(Duration.ofMillis(100)),
            Reply.status(200).after(Duration.ofMillis(250)),
            Reply.status(200).after(Duration.ofMillis(400)));

    FakeCall quick = shop.get("/");
    shop.pass(Duration.ofMillis(400));
    FakeCall slow = shop.get("/");
    shop.pass(Duration.ofMillis(400));
    FakeCall slower = shop.get("/");
    shop.pass(Duration.ofMillis(400));

    assertThat(List.of(quick.status(), slow.status(), slower.status())).containsOnly(200);
    assertThat(verdicts(quick)).isEmpty();
    assertThat(verdicts(slow))
        .containsExactly("Timeout/default/tried would end the attempt after 200ms");
    assertThat(verdicts(slower))
        .containsExactly(
            "Timeout/default/tried would end the attempt after 200ms",
            "Timeout/default/tried would end it after 300ms");
  }

  @Test
  void aStreamIsNoLongerThanItsHeadToATimeoutInShadowMode() {
    shop.policy(
            """
            kind: Timeout
            metadata: {name: tried}
            spec: {to: {service: stock}, mode: shadow, conf: {request: 300ms}}
            """)
        .replies(Reply.status(200).header("content-type", "text/event-stream").open());

    FakeCall stream = shop.get("/");
    shop.pass(Duration.ofSeconds(1));
    stream.progress(1).end(-1);

    assertThat(verdicts(stream)).isEmpty();
  }

  @Test
  void aRetryInShadowModeSaysWhatItWouldTryAgain() {
    shop.policy(
            """
            kind: Retry
            metadata: {name: tried}
            spec: {to: {service: stock}, mode: shadow, conf: {attempts: 2, on: [5xx]}}
            """)
        .replies(Reply.status(503), Reply.status(404), Reply.status(503));

    FakeCall failed = shop.get("/");
    FakeCall missing = shop.get("/");
    FakeCall post = shop.call(FakeRequest.post("/"));

    assertThat(List.of(failed.status(), missing.status(), post.status()))
        .containsExactly(503, 404, 503);
    assertThat(failed.sends()).isEqualTo(1);
    assertThat(verdicts(failed)).containsExactly("Retry/default/tried would try again");
    assertThat(verdicts(missing)).isEmpty();
    assertThat(verdicts(post)).isEmpty();
  }

  @Test
  void aRetryInShadowModeStandsBesideTheOneThatIsEnforced() {
    shop.policy(
            """
            kind: Retry
            metadata: {name: enforced}
            spec: {to: {service: stock}, conf: {attempts: 3, on: [5xx], backoff: {base: 1ms, max: 1ms}}}
            ---
            kind: Retry
            metadata: {name: tried}
            spec:
              to: {service: stock}
              mode: shadow
              conf: {attempts: 2, on: [gateway-error], perTryTimeout: 50ms, hedge: {delay: 10ms, max: 1}}
            """)
        .replies(
            Reply.status(500).after(Duration.ofMillis(20)),
            Reply.status(503).after(Duration.ofMillis(60)));

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofSeconds(1));

    assertThat(call.status()).isEqualTo(200);
    assertThat(call.sends()).isEqualTo(3);
    assertThat(call.call().verdicts())
        .extracting(verdict -> verdict.attempt() + " " + verdict.detail())
        .containsExactly(
            "1 would hedge after 10ms",
            "1 would not try again",
            "2 would end the attempt after 50ms",
            "2 would hedge after 10ms",
            "2 would not try again");
  }

  @Test
  void aLoadBalancerInShadowModeSaysWhichOtherEndpointItWouldChoose() {
    shop.policy(
        """
        kind: LoadBalancer
        metadata: {name: enforced}
        spec: {to: {service: stock}, conf: {algorithm: ROUND_ROBIN}}
        ---
        kind: LoadBalancer
        metadata: {name: tried}
        spec:
          to: {service: stock}
          mode: shadow
          conf: {algorithm: RING_HASH, hash: [{by: path}]}
        """);

    List<FakeCall> calls = IntStream.range(0, 6).mapToObj(i -> shop.get("/items/7")).toList();

    assertThat(calls.stream().map(FakeCall::sentTo).collect(toSet()))
        .containsExactlyInAnyOrder("a", "b", "c");
    Set<String> chosen = calls.stream().flatMap(call -> verdicts(call).stream()).collect(toSet());
    assertThat(chosen).hasSize(1);
    String uid = chosen.iterator().next().replace("LoadBalancer/default/tried would choose ", "");
    assertThat(calls)
        .allSatisfy(
            call -> assertThat(verdicts(call).isEmpty()).isEqualTo(call.sentTo().equals(uid)));
  }

  @Test
  void aTimeoutInShadowModeTakesThePlaceOfNone() {
    shop.policy(
            """
            kind: Timeout
            metadata: {name: enforced}
            spec: {to: {service: stock}, conf: {request: 200ms}}
            ---
            kind: Timeout
            metadata: {name: tried}
            spec: {to: {service: stock}, mode: shadow, conf: {request: 100ms}}
            """)
        .replies(Reply.silence());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(150));
    assertThat(call.isOpen()).isTrue();
    shop.pass(Duration.ofMillis(50));

    assertThat(call.status()).isEqualTo(504);
    assertThat(call.reason()).startsWith("Timeout/default/enforced");
    assertThat(verdicts(call)).containsExactly("Timeout/default/tried would end it after 100ms");
  }

  private static List<String> verdicts(FakeCall call) {
    return call.call().verdicts().stream()
        .map(verdict -> verdict.by() + " " + verdict.detail())
        .toList();
  }
}
