package io.weft.core.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CircuitBreakerTest {

  private final Shop shop = new Shop().service("stock", "a");
  private FakeRequest request = FakeRequest.get("/");

  @Test
  void anOpenBreakerAnswersByItselfAndSaysWhich() {
    breaker("window: {calls: 4}");
    answers(4, 500);

    FakeCall call = shop.call(request);

    assertThat(call.status()).isEqualTo(503);
    assertThat(call.reason()).isEqualTo("CircuitBreaker/default/fuse the circuit is open");
    assertThat(call.sends()).isZero();
    assertThat(shop.call(FakeRequest.grpc()).grpcCode()).isEqualTo(14);
  }

  @Test
  void itOpensAtItsFailureRateAndNotBefore() {
    breaker("failureRateThreshold: 40, window: {calls: 10}, minimumCalls: 10");
    answers(6, 200);
    answers(3, 500);
    assertThat(isOpen()).isFalse();

    answers(1, 500);

    assertThat(isOpen()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"500, true", "503, true", "404, false", "302, false"})
  void ofAnswersThe5xxAreFailures(int status, boolean open) {
    breaker("window: {calls: 4}");
    answers(4, status);

    assertThat(isOpen()).isEqualTo(open);
  }

  @ParameterizedTest
  @CsvSource({
    "2, true",
    "4, true",
    "13, true",
    "14, true",
    "15, true",
    "0, false",
    "5, false",
    "12, false"
  })
  void ofGrpcThoseCodesAreFailuresThatStandForOne(int code, boolean open) {
    request = FakeRequest.grpc();
    breaker("window: {calls: 4}");
    for (int i = 0; i < 4; i++) {
      shop.replies(Reply.grpc(code));
      shop.call(request);
    }

    assertThat(isOpen()).isEqualTo(open);
  }

  @Test
  void aGrpcCallCountsByTheCodeThatEndsItAndTakesAsLongAsToItsHead() {
    request = FakeRequest.grpc();
    breaker("window: {calls: 2}, failureRateThreshold: 100, slowCallDuration: 1s");
    for (int i = 0; i < 2; i++) {
      shop.replies(Reply.status(200).open());
      FakeCall call = shop.call(request);
      shop.pass(Duration.ofSeconds(10));
      call.progress(1).end(0);
    }
    assertThat(isOpen()).isFalse();

    for (int i = 0; i < 2; i++) {
      shop.replies(Reply.status(200).open());
      shop.call(request).progress(1).end(14);
    }
    assertThat(isOpen()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(names = {"CONNECT", "RESET", "TIMEOUT", "REFUSED_STREAM"})
  void noAnswerIsAFailure(Failure failure) {
    breaker("window: {calls: 4}");
    fails(4, failure);

    assertThat(isOpen()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"request", "perTry"})
  void aCallWhoseTimeRunsOutIsAFailure(String time) {
    shop.policy(
        """
        kind: Timeout
        metadata: {name: brief}
        spec: {to: {service: stock}, conf: {%s: 1s}}
        """
            .formatted(time));
    breaker("window: {calls: 4}");
    for (int i = 0; i < 4; i++) {
      shop.replies(Reply.silence());
      shop.call(request);
      shop.pass(Duration.ofSeconds(1));
    }

    assertThat(isOpen()).isTrue();
  }

  @Test
  void whatTheApplicationGivesUpOrBreaksIsNoFailure() {
    breaker("window: {calls: 4}");
    fails(10, Failure.APPLICATION);
    for (int i = 0; i < 10; i++) {
      shop.replies(Reply.silence());
      shop.call(request).cancel();
    }

    assertThat(isOpen()).isFalse();
  }

  @Test
  void callsThatFindNoInstanceDoNotCount() {
    shop.mesh.without("stock", "a");
    breaker("window: {calls: 4}");
    for (int i = 0; i < 10; i++) {
      assertThat(shop.call(request).reason()).startsWith("Service/default/stock no endpoint");
    }

    shop.service("stock", "a");

    assertThat(shop.call(request).status()).isEqualTo(200);
  }

  @Test
  void aCallCountsOnceWhateverItsTries() {
    shop.policy(
        """
        kind: Retry
        metadata: {name: again}
        spec: {to: {service: stock}, conf: {attempts: 3, on: [5xx]}}
        """);
    breaker("window: {calls: 2}");
    for (int i = 0; i < 10; i++) {
      shop.replies(Reply.status(500), Reply.status(500), Reply.status(200));
      assertThat(shop.call(request).status()).isEqualTo(200);
    }
    assertThat(isOpen()).isFalse();

    shop.replies(Reply.status(500), Reply.status(500), Reply.status(500));
    assertThat(shop.call(request).sends()).isEqualTo(3);
    assertThat(isOpen()).isTrue();
  }

  @Test
  void aHedgedCallCountsOnceByTheAnswerThatIsTaken() {
    shop.service("stock", "b");
    shop.policy(
        """
        kind: Retry
        metadata: {name: beside}
        spec: {to: {service: stock}, conf: {attempts: 2, on: [connect-failure], hedge: {delay: 100ms}}}
        """);
    breaker("window: {calls: 4}, failureRateThreshold: 25");
    for (int i = 0; i < 2; i++) {
      shop.replies(Reply.silence(), Reply.status(200));
      FakeCall call = shop.call(request);
      shop.pass(Duration.ofMillis(100));
      assertThat(call.sends()).isEqualTo(2);
    }
    answers(1, 500);
    assertThat(isOpen()).as("of three calls").isFalse();

    answers(1, 200);

    // Counted when the last of four came in, of which one had failed.
    assertThat(isOpen()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"503, true", "404, false"})
  void whatAFaultAnswersCountsAsIfTheCalleeHad(int status, boolean open) {
    shop.policy(
        """
        kind: Fault
        metadata: {name: outage}
        spec: {to: {service: stock}, conf: {abort: {httpStatus: %d}}}
        """
            .formatted(status));
    breaker("window: {calls: 4}");
    for (int i = 0; i < 4; i++) {
      assertThat(shop.call(request).status()).isEqualTo(status);
    }

    assertThat(shop.call(request).reason().startsWith("CircuitBreaker/")).isEqualTo(open);
  }

  @ParameterizedTest
  @CsvSource({"1001, 50, true", "1000, 50, false", "1001, 51, false"})
  void itOpensAtItsRateOfSlowCalls(int millis, int threshold, boolean open) {
    breaker("slowCallDuration: 1s, window: {calls: 4}, slowCallRateThreshold: " + threshold);
    answers(2, 200);
    for (int i = 0; i < 2; i++) {
      shop.replies(Reply.status(200).after(Duration.ofMillis(millis)));
      shop.call(request);
      shop.pass(Duration.ofSeconds(2));
    }

    assertThat(isOpen()).isEqualTo(open);
  }

  @Test
  void onlyTheLatestCallsCount() {
    breaker("window: {calls: 4}, minimumCalls: 1, failureRateThreshold: 50");
    answers(1, 200);
    answers(1, 200);
    answers(1, 200);
    answers(1, 500);
    answers(3, 200);
    answers(1, 500);
    assertThat(isOpen()).isFalse();

    answers(1, 500);

    assertThat(isOpen()).isTrue();
  }

  @Test
  void onlyTheCallsOfTheLatestSecondsCount() {
    breaker("window: {time: 10s}, minimumCalls: 4");
    answers(3, 500);
    shop.pass(Duration.ofSeconds(11));
    answers(1, 500);
    assertThat(isOpen()).isFalse();

    shop.pass(Duration.ofSeconds(8));
    answers(2, 500);
    assertThat(isOpen()).isFalse();
    answers(1, 500);

    assertThat(isOpen()).isTrue();
  }

  @Test
  void itStaysClosedBeforeItsMinimumOfCalls() {
    breaker("window: {calls: 100}, minimumCalls: 5");
    answers(4, 500);
    assertThat(isOpen()).isFalse();
    breaker("window: {calls: 100}, minimumCalls: 6");
    answers(5, 500);
    assertThat(isOpen()).isFalse();
    answers(1, 500);

    assertThat(isOpen()).isTrue();
  }

  @Test
  void itStaysOpenAsLongAsTheDocumentSays() {
    breaker("window: {calls: 4}, waitDurationInOpenState: 20s");
    answers(4, 500);

    shop.pass(Duration.ofSeconds(20).minusMillis(1));
    assertThat(isOpen()).isTrue();
    shop.pass(Duration.ofMillis(1));

    assertThat(isOpen()).isFalse();
  }

  @Test
  void thenSoManyCallsFindOutAndWhenTheyDoWellItIsClosed() {
    halfOpen("permittedCallsInHalfOpen: 3");
    List<FakeCall> probes = probes(3);
    assertThat(isOpen()).isTrue();

    probes.forEach(probe -> probe.progress(1).head(Reply.status(200).head()));

    assertThat(isOpen()).isFalse();
    answers(3, 500);
    assertThat(isOpen()).as("counts anew").isFalse();
  }

  @Test
  void whenTheyFailItIsOpenAgain() {
    halfOpen("permittedCallsInHalfOpen: 3");
    List<FakeCall> probes = probes(3);

    probes.forEach(probe -> probe.progress(1).head(Reply.status(500).head()));

    shop.pass(Duration.ofSeconds(10).minusMillis(1));
    assertThat(isOpen()).isTrue();
    shop.pass(Duration.ofMillis(1));
    assertThat(isOpen()).isFalse();
  }

  @Test
  void whenTheyAreSlowItIsOpenAgain() {
    halfOpen("permittedCallsInHalfOpen: 2, slowCallDuration: 1s, slowCallRateThreshold: 50");
    List<FakeCall> probes = probes(2);
    shop.pass(Duration.ofSeconds(2));

    probes.forEach(probe -> probe.progress(1).head(Reply.status(200).head()));

    assertThat(isOpen()).isTrue();
  }

  @Test
  void aCallThatIsCancelledMakesPlaceForAnother() {
    halfOpen("permittedCallsInHalfOpen: 2");
    for (int i = 0; i < 10; i++) {
      List<FakeCall> probes = probes(2);
      assertThat(isOpen()).isTrue();
      probes.forEach(FakeCall::cancel);
    }

    probes(2).forEach(probe -> probe.progress(1).head(Reply.status(200).head()));

    assertThat(isOpen()).isFalse();
  }

  @Test
  void callsFromBeforeItOpenedNeitherCountNorMakePlace() {
    breaker("window: {calls: 4}, waitDurationInOpenState: 10s, permittedCallsInHalfOpen: 1");
    List<FakeCall> old = probes(8);
    answers(4, 500);
    shop.pass(Duration.ofSeconds(10));
    List<FakeCall> probe = probes(1);

    old.subList(0, 4).forEach(FakeCall::cancel);
    old.subList(4, 8).forEach(each -> each.progress(1).head(Reply.status(500).head()));

    assertThat(isOpen()).isTrue();
    probe.get(0).progress(1).head(Reply.status(200).head());
    assertThat(isOpen()).isFalse();
  }

  @Test
  void probesThatNeverEndAreFollowedByOthers() {
    halfOpen("permittedCallsInHalfOpen: 1");
    probes(1);
    assertThat(isOpen()).isTrue();

    shop.pass(Duration.ofSeconds(10));

    assertThat(isOpen()).isFalse();
  }

  @Test
  void aStreamThatGoesOnHoldsNoPlace() {
    halfOpen("permittedCallsInHalfOpen: 1");
    shop.replies(Reply.status(200).open());
    shop.call(request);

    assertThat(isOpen()).isFalse();
  }

  @Test
  void itOutlivesPushesAndStartsAnewWhenItsFieldsChange() {
    breaker("window: {calls: 4}");
    answers(4, 500);

    shop.mesh.push();
    shop.service("stock", "b");
    assertThat(isOpen()).isTrue();

    breaker("window: {calls: 5}");
    assertThat(isOpen()).isFalse();
  }

  @Test
  void inShadowModeEveryCallIsMadeAndItIsRecordedWhichWouldNotBe() {
    shop.policy(
        """
        kind: CircuitBreaker
        metadata: {name: fuse}
        spec: {to: {service: stock}, mode: shadow, conf: {window: {calls: 4}}}
        """);
    answers(3, 500);
    shop.replies(Reply.status(500));

    FakeCall opening = shop.call(request);
    FakeCall after = shop.call(request);

    assertThat(opening.call().verdicts())
        .extracting(Verdict::what, Verdict::shadow, Verdict::detail)
        .containsExactly(tuple("opened", true, "4 of 4 calls failed"));
    assertThat(after.status()).isEqualTo(200);
    assertThat(after.call().verdicts())
        .extracting(each -> each.by().toString(), Verdict::what, Verdict::shadow)
        .containsExactly(tuple("CircuitBreaker/default/fuse", "open", true));
  }

  @Test
  void openingAndRefusingAreRecorded() {
    breaker("window: {calls: 2}");
    answers(1, 500);
    shop.replies(Reply.status(500));

    assertThat(shop.call(request).call().verdicts())
        .extracting(Verdict::what, Verdict::shadow, Verdict::attempt)
        .containsExactly(tuple("opened", false, 1));
    assertThat(shop.call(request).call().verdicts())
        .extracting(Verdict::what, Verdict::shadow, Verdict::attempt)
        .containsExactly(tuple("open", false, 0));
  }

  private void breaker(String conf) {
    shop.policy(
        """
        kind: CircuitBreaker
        metadata: {name: fuse}
        spec: {to: {service: stock}, conf: {%s}}
        """
            .formatted(conf));
  }

  private void halfOpen(String conf) {
    breaker("window: {calls: 4}, waitDurationInOpenState: 10s, " + conf);
    answers(4, 500);
    shop.pass(Duration.ofSeconds(10));
  }

  private void answers(int calls, int status) {
    for (int i = 0; i < calls; i++) {
      shop.replies(Reply.status(status));
      assertThat(shop.call(request).sends()).isPositive();
    }
  }

  private void fails(int calls, Failure how) {
    for (int i = 0; i < calls; i++) {
      shop.replies(Reply.fails(how), Reply.fails(how), Reply.fails(how));
      shop.call(request);
    }
    shop.replies();
  }

  /** Calls that are under way. */
  private List<FakeCall> probes(int calls) {
    List<FakeCall> probes = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      shop.replies(Reply.silence());
      FakeCall probe = shop.call(request);
      assertThat(probe.sends()).isEqualTo(1);
      probes.add(probe);
    }
    return probes;
  }

  /** Asked by a call that is cancelled, so that it does not count. */
  private boolean isOpen() {
    shop.replies(Reply.silence());
    FakeCall call = shop.call(request);
    boolean open = call.reason().startsWith("CircuitBreaker/");
    shop.replies();
    call.cancel();
    return open;
  }
}
