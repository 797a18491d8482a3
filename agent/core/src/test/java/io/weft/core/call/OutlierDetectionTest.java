package io.weft.core.call;

import static io.weft.core.MeshUnderTest.instance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.weft.api.v1.InstanceState;
import io.weft.core.config.Destination;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutlierDetectionTest {

  private final Shop shop = new Shop().service("stock", "a", "b", "c", "d");
  private FakeRequest request = FakeRequest.get("/");

  OutlierDetectionTest() {
    balance("algorithm: ROUND_ROBIN");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ROUND_ROBIN", "LEAST_REQUEST", "RANDOM", "PEAK_EWMA"})
  void anInstanceThatFailsSoOftenInARowIsLeftAlone(String algorithm) {
    balance("algorithm: " + algorithm);
    detect("consecutive5xx: 3");
    shop.instance("b", Reply.status(500));

    assertThat(reached(200)).containsEntry("b", 3).containsKeys("a", "c", "d");
  }

  @ParameterizedTest
  @ValueSource(strings = {"RING_HASH", "MAGLEV"})
  void whatSticksToAnInstanceThatFailsGoesElsewhereUntilItIsBack(String algorithm) {
    balance("algorithm: " + algorithm + ", hash: [{by: header, name: user}]");
    request = FakeRequest.get("/").header("user", "u");
    String own = reached(1).keySet().iterator().next();
    detect("consecutive5xx: 1, baseEjectionTime: 30s");
    shop.instance(own, Reply.status(500));
    reached(1);
    shop.instance(own, Reply.status(200));

    assertThat(reached(10)).hasSize(1).doesNotContainKey(own);
    shop.pass(Duration.ofSeconds(30));
    assertThat(reached(10)).containsOnlyKeys(own);
  }

  @Test
  void anAnswerBetweenErrorsStartsTheCountAnew() {
    detect("consecutive5xx: 3");
    for (int i = 0; i < 10; i++) {
      shop.instance("b", Reply.status(500));
      reached(8);
      shop.instance("b", Reply.status(404));
      reached(4);
    }

    assertThat(reached(8)).containsEntry("b", 2);
  }

  @ParameterizedTest
  @CsvSource({"502, 2", "503, 2", "504, 2", "500, 25", "501, 25", "429, 25"})
  void gatewayErrorsCountApart(int status, int calls) {
    detect("consecutive5xx: 0, consecutiveGatewayErrors: 2");
    shop.instance("b", Reply.status(status));

    assertThat(reached(100)).containsEntry("b", calls);
  }

  @ParameterizedTest
  @CsvSource({
    "consecutiveGatewayErrors, 14, 2",
    "consecutiveGatewayErrors, 4, 2",
    "consecutiveGatewayErrors, 13, 25",
    "consecutive5xx, 13, 2",
    "consecutive5xx, 2, 2",
    "consecutive5xx, 15, 2",
    "consecutive5xx, 14, 2",
    "consecutive5xx, 5, 25",
    "consecutive5xx, 12, 25"
  })
  void theCodesOfGrpcCountAsWhatTheyStandFor(String field, int code, int calls) {
    request = FakeRequest.grpc();
    detect("consecutive5xx: 0, " + field + ": 2");
    shop.instance("b", Reply.grpc(code));

    assertThat(reached(100)).containsEntry("b", calls);
  }

  @Test
  void aGrpcCallCountsByTheCodeThatEndsIt() {
    request = FakeRequest.grpc();
    detect("consecutive5xx: 1");
    shop.instance("b", Reply.status(200).open());
    for (FakeCall call = shop.call(request); ; call = shop.call(request)) {
      if (call.sentTo().equals("b")) {
        call.progress(1).end(14);
        break;
      }
    }

    assertThat(reached(20)).doesNotContainKey("b");
  }

  @Test
  void triesWithoutAnAnswerCountAsGatewayErrors() {
    detect("consecutive5xx: 0, consecutiveGatewayErrors: 2");
    shop.instance("b", Reply.fails(Failure.RESET));

    assertThat(reached(100)).containsEntry("b", 2);
  }

  @Test
  void triesWithoutAnAnswerCountApartWhereTheDocumentSaysSo() {
    detect("consecutive5xx: 2, consecutiveGatewayErrors: 2, consecutiveLocalOriginFailures: 5");
    shop.instance("b", Reply.fails(Failure.RESET));

    assertThat(reached(100)).containsEntry("b", 5);
  }

  @Test
  void errorsThatWereAnsweredAreNoLocalOriginFailures() {
    detect("consecutive5xx: 0, consecutiveLocalOriginFailures: 2");
    shop.instance("b", Reply.status(503));

    assertThat(reached(100)).containsEntry("b", 25);
  }

  @ParameterizedTest
  @ValueSource(strings = {"request", "perTry"})
  void anInstanceThatHangsIsLeftAlone(String timeout) {
    shop.policy(
        """
        kind: Timeout
        metadata: {name: brief}
        spec: {to: {service: stock}, conf: {%s: 100ms}}
        """
            .formatted(timeout));
    detect("consecutive5xx: 2");
    shop.instance("b", Reply.silence());
    for (int i = 0; i < 8; i++) {
      reached(1);
      shop.pass(Duration.ofMillis(100));
    }

    assertThat(reached(20)).doesNotContainKey("b");
  }

  @Test
  void whatTheApplicationDoesIsNoFaultOfTheInstance() {
    detect("consecutive5xx: 1");
    shop.instance("b", Reply.fails(Failure.APPLICATION));
    assertThat(reached(100)).containsEntry("b", 25);

    shop.instance("b", Reply.silence());
    for (int i = 0; i < 8; i++) {
      shop.call(request).cancel();
    }
    assertThat(reached(8)).containsEntry("b", 2);
  }

  @Test
  void whoIsLateWithAHedgedCallIsNotBlamedForIt() {
    shop.policy(
        """
        kind: Retry
        metadata: {name: beside}
        spec: {to: {service: stock}, conf: {attempts: 2, on: [5xx], hedge: {delay: 100ms}}}
        """);
    detect("consecutive5xx: 1");
    shop.instance("b", Reply.silence());
    for (int i = 0; i < 8; i++) {
      shop.call(request);
      shop.pass(Duration.ofMillis(100));
    }

    shop.instance("b", Reply.status(200));
    assertThat(reached(8)).containsKey("b");
  }

  @Test
  void aHedgeThatFailsTellsOfItsOwnInstance() {
    shop.policy(
        """
        kind: Retry
        metadata: {name: beside}
        spec: {to: {service: stock}, conf: {attempts: 2, on: [5xx], hedge: {delay: 100ms}}}
        """);
    detect("consecutive5xx: 1");
    shop.replies(Reply.status(200).after(Duration.ofSeconds(1)), Reply.status(503));

    FakeCall call = shop.call(request);
    shop.pass(Duration.ofSeconds(1));

    assertThat(call.status()).isEqualTo(200);
    assertThat(call.call().verdicts())
        .extracting(Verdict::what, Verdict::attempt)
        .containsExactly(tuple("ejected", 2));
    assertThat(reached(20))
        .doesNotContainKey(call.attempt(2).endpoint().uid())
        .containsKey(call.attempt(1).endpoint().uid());
  }

  @Test
  void whatAFaultDoesIsNoInstancesFault() {
    shop.policy(
        """
        kind: Fault
        metadata: {name: outage}
        spec: {to: {service: stock}, conf: {abort: {httpStatus: 503, percent: 50}}}
        """);
    detect("consecutive5xx: 1");

    assertThat(reached(100)).containsKeys("a", "b", "c", "d");
    assertThat(shop.call(request).call().verdicts()).isEmpty();
  }

  @Test
  void aCopyTellsNothingOfTheInstanceThatGetsIt() {
    shop.policy(
        """
        kind: Route
        metadata: {name: copies}
        spec: {to: {service: stock}, conf: {rules: [{filters: [{requestMirror: {}}]}]}}
        """);
    detect("consecutive5xx: 1");
    Destination copies = shop.call(request).mirrors().get(0);
    shop.instance("b", Reply.status(500));
    for (int i = 0; i < 20; i++) {
      shop.call(copies, request);
    }
    shop.instance("b", Reply.status(200));

    assertThat(reached(8)).containsKey("b");
  }

  @Test
  void aSessionLeavesAnInstanceThatIsEjected() {
    shop.policy(
        """
        kind: Route
        metadata: {name: sessions}
        spec: {to: {service: stock}, conf: {rules: [{sessionPersistence: {sessionName: seat, type: Header}}]}}
        """);
    detect("consecutive5xx: 1");
    request = FakeRequest.get("/").header("seat", "b");
    assertThat(reached(8)).containsOnlyKeys("b");
    shop.instance("b", Reply.status(500));

    assertThat(reached(9)).containsEntry("b", 1).hasSizeGreaterThan(1);
  }

  @Test
  void eachEjectionInARowLastsLonger() {
    detect("consecutive5xx: 1, interval: 10s, baseEjectionTime: 20s");
    shop.instance("b", Reply.status(500));

    for (int times = 1; times <= 4; times++) {
      assertThat(reached(8)).containsEntry("b", 1);
      shop.pass(Duration.ofSeconds(20L * times).minusMillis(1));
      assertThat(reached(8)).doesNotContainKey("b");
      shop.pass(Duration.ofMillis(1));
    }
  }

  @Test
  void ejectionsAreForgottenOneByOneInCalmIntervals() {
    detect("consecutive5xx: 1, interval: 10s, baseEjectionTime: 20s");
    shop.instance("b", Reply.status(500));
    for (int times = 1; times <= 3; times++) {
      reached(8);
      shop.pass(Duration.ofSeconds(20L * times));
    }

    shop.pass(Duration.ofSeconds(20));
    assertThat(reached(8)).containsEntry("b", 1);

    // The fourth, and two of them forgotten: as the second.
    shop.pass(Duration.ofSeconds(40).minusMillis(1));
    assertThat(reached(8)).doesNotContainKey("b");
    shop.pass(Duration.ofMillis(1));
    assertThat(reached(8)).containsKey("b");
  }

  @Test
  void anEjectionLastsFiveMinutesAtMost() {
    detect("consecutive5xx: 1, interval: 60m, baseEjectionTime: 2m");
    shop.instance("b", Reply.status(500));
    for (int times = 1; times <= 4; times++) {
      reached(8);
      shop.pass(Duration.ofMinutes(5));
    }

    assertThat(reached(8)).containsEntry("b", 1);
    shop.pass(Duration.ofMinutes(5));
    assertThat(reached(8)).containsEntry("b", 1);
  }

  @ParameterizedTest
  @CsvSource({"100, 0", "75, 1", "74, 2", "50, 2", "25, 3", "24, 4", "0, 4"})
  void noMoreAreEjectedThanTheDocumentAllows(int percent, int left) {
    balance("algorithm: ROUND_ROBIN, panicThreshold: 0");
    detect("consecutive5xx: 1, maxEjectionPercent: " + percent);
    allFail();
    reached(20);

    // None left would be an outage: then all are used.
    assertThat(reached(20)).hasSize(left == 0 ? 4 : left);
  }

  @Test
  void whenOthersGoThoseEjectedAreLetBackThatAreTooMany() {
    balance("algorithm: ROUND_ROBIN, panicThreshold: 0");
    detect("consecutive5xx: 1, maxEjectionPercent: 50, baseEjectionTime: 30s");
    shop.instance("a", Reply.status(500));
    reached(4);
    shop.pass(Duration.ofSeconds(1));
    shop.instance("b", Reply.status(500));
    reached(4);
    assertThat(reached(20)).containsOnlyKeys("c", "d");

    shop.mesh.without("stock", "c").without("stock", "d");

    // The one whose time would end first.
    assertThat(reached(20)).containsOnlyKeys("a");
  }

  @Test
  void whenFewerAreHealthyThanThePanicThresholdAllAreUsed() {
    balance("algorithm: ROUND_ROBIN, panicThreshold: 51");
    detect("consecutive5xx: 1, maxEjectionPercent: 100");
    shop.instance("a", Reply.status(500));
    reached(8);
    assertThat(reached(20)).containsOnlyKeys("b", "c", "d");

    shop.instance("b", Reply.status(500));
    reached(8);

    assertThat(reached(20)).hasSize(4);
    balance("algorithm: ROUND_ROBIN, panicThreshold: 50");
    assertThat(reached(20)).containsOnlyKeys("c", "d");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ROUND_ROBIN", "LEAST_REQUEST", "RANDOM", "PEAK_EWMA"})
  void whenAllFailCallsGoOnAndAreAnsweredOnceOneIsWell(String algorithm) {
    balance("algorithm: " + algorithm + ", panicThreshold: 0");
    detect("consecutive5xx: 1, maxEjectionPercent: 100");
    allFail();
    for (int i = 0; i < 50; i++) {
      assertThat(shop.call(request).reason()).isEmpty();
    }

    for (String each : new String[] {"a", "b", "c", "d"}) {
      shop.instance(each, Reply.status(200));
    }

    for (int i = 0; i < 50; i++) {
      assertThat(shop.call(request).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'stdevFactor: 1900, minimumHosts: 6, requestVolume: 10', true",
    "'stdevFactor: 2300, minimumHosts: 6, requestVolume: 10', false",
    "'stdevFactor: 1900, minimumHosts: 7, requestVolume: 10', false",
    "'stdevFactor: 1900, minimumHosts: 6, requestVolume: 11', false"
  })
  void whoFailsMoreOftenThanTheOthersIsLeftAlone(String successRate, boolean ejected) {
    shop.service("stock", "e", "f");
    detect("consecutive5xx: 0, interval: 10s, successRate: {" + successRate + "}");
    reached(1);
    failHalf("b", 59);

    shop.pass(Duration.ofSeconds(10));
    reached(1);

    assertThat(reached(60).containsKey("b")).isEqualTo(!ejected);
  }

  @Test
  void successRatesAreComparedOnceAnInterval() {
    shop.service("stock", "e", "f");
    detect("consecutive5xx: 0, interval: 10s, successRate: {requestVolume: 10}");
    failHalf("b", 60);

    shop.pass(Duration.ofSeconds(10).minusMillis(1));
    assertThat(reached(12)).containsKey("b");
    shop.pass(Duration.ofMillis(1));
    reached(1);
    assertThat(reached(12)).doesNotContainKey("b");
  }

  @Test
  void whatIsKnownOutlivesPushesOfAnyKind() {
    detect("consecutive5xx: 2, maxEjectionPercent: 25");
    shop.instance("b", Reply.status(500));
    reached(8);

    shop.mesh.push();
    assertThat(reached(8)).doesNotContainKey("b");
    shop.service("stock", "e");
    assertThat(reached(10)).doesNotContainKey("b").containsKey("e");
    balance("algorithm: RANDOM");
    assertThat(reached(20)).doesNotContainKey("b");
    detect("consecutive5xx: 7, maxEjectionPercent: 25");
    assertThat(reached(20)).doesNotContainKey("b");
  }

  @Test
  void countsOutliveAPush() {
    detect("consecutive5xx: 3");
    shop.instance("b", Reply.status(500));
    reached(8);

    shop.mesh.push();

    assertThat(reached(100)).containsEntry("b", 1);
  }

  @Test
  void instancesThatControlHasLostDoNotCount() {
    shop.mesh
        .instance("stock", instance("c").setState(InstanceState.LOST))
        .instance("stock", instance("d").setState(InstanceState.LOST));
    detect("consecutive5xx: 1, maxEjectionPercent: 49");
    shop.instance("b", Reply.status(500));

    assertThat(reached(20)).containsEntry("b", 10);
  }

  @Test
  void aRetryGoesToOneThatIsWell() {
    shop.policy(
        """
        kind: Retry
        metadata: {name: again}
        spec: {to: {service: stock}, conf: {attempts: 2, on: [5xx]}}
        """);
    detect("consecutive5xx: 1");
    shop.instance("a", Reply.status(500)).instance("b", Reply.status(500));
    reached(8);

    for (int i = 0; i < 20; i++) {
      assertThat(shop.call(request).sends()).isEqualTo(1);
    }
  }

  @Test
  void anEjectionIsRecordedWithTheCallThatBroughtIt() {
    detect("consecutive5xx: 1, baseEjectionTime: 30s");
    shop.instance("a", Reply.status(500));

    FakeCall call = shop.call(request);

    assertThat(call.call().verdicts())
        .singleElement()
        .satisfies(
            verdict -> {
              assertThat(verdict.by()).hasToString("OutlierDetection/default/outliers");
              assertThat(verdict.what()).isEqualTo("ejected");
              assertThat(verdict.detail()).isEqualTo("a:8080 for 30000 ms: consecutive 5xx");
              assertThat(verdict.shadow()).isFalse();
              assertThat(verdict.attempt()).isEqualTo(1);
            });
    assertThat(shop.call(request).call().verdicts()).isEmpty();
  }

  @Test
  void inShadowModeNobodyIsLeftAloneAndItIsRecordedWhoWouldBe() {
    shop.policy(
        """
        kind: OutlierDetection
        metadata: {name: outliers}
        spec: {to: {service: stock}, mode: shadow, conf: {consecutive5xx: 1}}
        """);
    shop.instance("a", Reply.status(500));

    assertThat(shop.call(request).call().verdicts())
        .extracting(Verdict::what, Verdict::shadow)
        .containsExactly(tuple("ejected", true));
    assertThat(reached(3)).doesNotContainKey("a");
    FakeCall again = shop.call(request);
    assertThat(again.sentTo()).isEqualTo("a");
    assertThat(again.call().verdicts())
        .extracting(Verdict::what, Verdict::shadow, Verdict::detail)
        .containsExactly(tuple("passed-over", true, "a:8080"));
    assertThat(reached(3)).doesNotContainKey("a");
    assertThat(shop.call(request).sentTo()).isEqualTo("a");
  }

  @Test
  void eachSetOfLabelsIsWatchedByItself() {
    shop.mesh
        .instance("stock", instance("v1").putLabels("version", "v1"))
        .instance("stock", instance("v2").putLabels("version", "v2"));
    shop.policy(
        """
        kind: Route
        metadata: {name: canary}
        spec:
          to: {service: stock}
          conf: {rules: [{backends: [{labels: {version: v1}}, {labels: {version: v2}}]}]}
        """);
    detect("consecutive5xx: 1, maxEjectionPercent: 50");
    shop.instance("v2", Reply.status(500));

    assertThat(reached(100)).containsOnlyKeys("v1", "v2");
  }

  private void balance(String conf) {
    shop.policy(
        """
        kind: LoadBalancer
        metadata: {name: choice}
        spec: {to: {service: stock}, conf: {%s}}
        """
            .formatted(conf));
  }

  private void detect(String conf) {
    shop.policy(
        """
        kind: OutlierDetection
        metadata: {name: outliers}
        spec: {to: {service: stock}, conf: {%s}}
        """
            .formatted(conf));
  }

  private void allFail() {
    for (String each : new String[] {"a", "b", "c", "d"}) {
      shop.instance(each, Reply.status(500));
    }
  }

  private void failHalf(String uid, int calls) {
    for (int i = 0; i < calls; i++) {
      shop.instance(uid, Reply.status(i % 12 < 6 ? 500 : 200));
      reached(1);
    }
  }

  private Map<String, Integer> reached(int calls) {
    Map<String, Integer> reached = new TreeMap<>();
    for (int i = 0; i < calls; i++) {
      for (String each : shop.call(request).sentTo().split(" ")) {
        reached.merge(each, 1, Integer::sum);
      }
    }
    return reached;
  }
}
