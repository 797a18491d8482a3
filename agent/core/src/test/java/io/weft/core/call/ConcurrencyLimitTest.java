package io.weft.core.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConcurrencyLimitTest {

  private final Shop shop = new Shop().service("stock", "a");
  private FakeRequest request = FakeRequest.get("/");

  @Test
  void onlySoManyCallsAreInFlightAndTheNextIsRefused() {
    limit("maxConcurrent: 3");
    flying(3);

    FakeCall refused = shop.call(request);

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.reason())
        .isEqualTo("ConcurrencyLimit/default/limit too many calls in flight");
    assertThat(refused.sends()).isZero();
    assertThat(shop.call(FakeRequest.grpc()).grpcCode()).isEqualTo(14);
  }

  @Test
  void whateverBecomesOfACallItsPlaceIsFreeAfterwards() {
    shop.policy(
        """
        kind: Timeout
        metadata: {name: brief}
        spec: {to: {service: stock}, conf: {request: 10s, idle: 1s}}
        """);
    limit("maxConcurrent: 1");

    for (Reply reply :
        List.of(
            Reply.status(200),
            Reply.status(500),
            Reply.fails(Failure.CONNECT),
            Reply.fails(Failure.RESET),
            Reply.fails(Failure.APPLICATION))) {
      shop.replies(reply);
      assertThat(shop.call(request).sends()).isEqualTo(1);
    }
    flying(1).get(0).cancel();
    flying(1);
    shop.pass(Duration.ofSeconds(10));
    shop.replies(Reply.status(200).open());
    shop.call(request);
    shop.pass(Duration.ofSeconds(1));
    shop.replies(Reply.status(200).open());
    FakeCall broken = shop.call(request);
    broken.progress(1).failed(Failure.RESET, new FakeCall.LibraryException(Failure.RESET));
    shop.onSend(
        attempt -> {
          throw new IllegalArgumentException("no such method");
        });
    assertThat(shop.call(request).thrown()).isNotNull();
    shop.onSend(attempt -> {});

    assertThat(shop.call(request).status()).isEqualTo(200);
  }

  @Test
  void aPlaceIsHeldUntilTheBodyEnds() {
    limit("maxConcurrent: 1");
    shop.replies(Reply.status(200).open());
    FakeCall open = shop.call(request);
    assertThat(isFull()).isTrue();

    open.progress(1).end(-1);

    assertThat(isFull()).isFalse();
  }

  @Test
  void aCallKeepsItsPlaceBetweenItsTries() {
    shop.policy(
        """
        kind: Retry
        metadata: {name: again}
        spec: {to: {service: stock}, conf: {attempts: 2, on: [5xx], backoff: {base: 2s, max: 2s}}}
        """);
    limit("maxConcurrent: 1");
    shop.replies(Reply.status(500));
    FakeCall paused = shop.call(request);

    assertThat(isFull()).isTrue();
    shop.pass(Duration.ofSeconds(2));
    assertThat(paused.status()).isEqualTo(200);
    assertThat(isFull()).isFalse();
  }

  @Test
  void aHedgedCallHoldsOnePlaceAndGivesItBackOnce() {
    shop.service("stock", "b");
    shop.policy(
        """
        kind: Retry
        metadata: {name: beside}
        spec: {to: {service: stock}, conf: {attempts: 2, on: [5xx], hedge: {delay: 100ms}}}
        """);
    limit("maxConcurrent: 2");
    shop.replies(Reply.silence(), Reply.status(200).open());
    FakeCall hedged = shop.call(request);
    shop.pass(Duration.ofMillis(100));
    assertThat(hedged.sends()).isEqualTo(2);

    flying(1);
    assertThat(isFull()).isTrue();
    hedged.progress(1).end(-1);
    assertThat(isFull()).as("the loser holds nothing, and gives nothing back").isTrue();
    hedged.progress(2).end(-1);

    flying(1);
    assertThat(isFull()).isTrue();
  }

  @Test
  void callsWaitForAPlaceInTheOrderInWhichTheyCame() {
    limit("maxConcurrent: 1, maxPending: 2, maxWait: 10s");
    FakeCall first = flying(1).get(0);
    FakeCall second = shop.call(request);
    FakeCall third = shop.call(request);
    assertThat(second.sends() + third.sends()).isZero();
    assertThat(shop.call(request).reason()).startsWith("ConcurrencyLimit/default/limit ");

    shop.pass(Duration.ofSeconds(3));
    shop.replies(Reply.silence());
    first.cancel();
    shop.pass(Duration.ZERO);

    assertThat(second.sends()).isEqualTo(1);
    assertThat(third.sends()).isZero();
    assertThat(second.call().verdicts())
        .extracting(Verdict::what, Verdict::detail)
        .containsExactly(tuple("waited", "3000 ms"));
    second.cancel();
    shop.pass(Duration.ZERO);
    assertThat(third.status()).isEqualTo(200);
  }

  @Test
  void nobodyOvertakesThoseWhoWait() {
    limit("maxConcurrent: 1, maxPending: 5");
    FakeCall first = flying(1).get(0);
    FakeCall waiting = shop.call(request);
    List<OutboundCall> made = new ArrayList<>();
    shop.onSend(attempt -> made.add(attempt.call()));

    first.cancel();
    FakeCall newcomer = shop.call(request);
    shop.pass(Duration.ZERO);

    assertThat(made).containsExactly(waiting.call(), newcomer.call());
  }

  @Test
  void aCallWaitsNoLongerThanTheDocumentSays() {
    limit("maxConcurrent: 1, maxPending: 1, maxWait: 5s");
    flying(1);
    FakeCall waiting = shop.call(request);

    shop.pass(Duration.ofSeconds(5).minusMillis(1));
    assertThat(waiting.isOpen()).isTrue();
    shop.pass(Duration.ofMillis(1));

    assertThat(waiting.status()).isEqualTo(503);
    assertThat(waiting.reason())
        .isEqualTo("ConcurrencyLimit/default/limit too many calls in flight for too long");
    assertThat(shop.call(request).isOpen()).as("its place in the queue is free").isTrue();
  }

  @Test
  void timeSpentWaitingIsTimeOfTheCall() {
    shop.policy(
        """
        kind: Timeout
        metadata: {name: brief}
        spec: {to: {service: stock}, conf: {request: 2s}}
        """);
    limit("maxConcurrent: 1, maxPending: 2, maxWait: 10s");
    FakeCall first = flying(1).get(0);
    shop.pass(Duration.ofSeconds(1));
    FakeCall second = shop.call(request);
    shop.replies(Reply.silence());
    shop.pass(Duration.ofSeconds(1));
    assertThat(first.status()).isEqualTo(504);
    assertThat(second.sends()).isEqualTo(1);
    FakeCall third = shop.call(request);

    shop.pass(Duration.ofSeconds(1));
    assertThat(second.reason()).startsWith("Timeout/default/brief ");
    assertThat(third.status()).isEqualTo(200);
  }

  @Test
  void aCallWhoseTimeRunsOutInTheQueueIsA504() {
    shop.policy(
        """
        kind: Timeout
        metadata: {name: brief}
        spec: {to: {service: stock}, conf: {request: 2s}}
        """);
    limit("maxConcurrent: 1, maxPending: 1, maxWait: 10s");
    shop.replies(Reply.status(200).header("content-type", "text/event-stream").open());
    shop.call(request);

    FakeCall waiting = shop.call(request);
    shop.pass(Duration.ofSeconds(2));

    assertThat(waiting.status()).isEqualTo(504);
    assertThat(waiting.reason()).startsWith("Timeout/default/brief ");
  }

  @Test
  void whoIsCancelledInTheQueueLeavesIt() {
    limit("maxConcurrent: 1, maxPending: 1, maxWait: 10s");
    FakeCall first = flying(1).get(0);
    for (int i = 0; i < 10; i++) {
      FakeCall waiting = shop.call(request);
      assertThat(waiting.isOpen()).isTrue();
      waiting.cancel();
    }

    first.cancel();

    assertThat(isFull()).isFalse();
  }

  @Test
  void placesOutlivePushesAndTheQueueDoes() {
    limit("maxConcurrent: 1, maxPending: 1, maxWait: 10s");
    FakeCall first = flying(1).get(0);
    FakeCall waiting = shop.call(request);

    shop.mesh.push();
    shop.service("stock", "b");
    assertThat(shop.call(request).status()).isEqualTo(503);
    first.cancel();
    shop.pass(Duration.ZERO);

    assertThat(waiting.status()).isEqualTo(200);
  }

  @Test
  void aCallInTheQueueIsMadeEvenIfTheLimitIsGone() {
    limit("maxConcurrent: 1, maxPending: 1, maxWait: 10s");
    FakeCall first = flying(1).get(0);
    FakeCall waiting = shop.call(request);
    limit("maxConcurrent: 9");

    first.cancel();
    shop.pass(Duration.ZERO);

    assertThat(waiting.status()).isEqualTo(200);
  }

  @Test
  void anOpenBreakerAsksForNoPlaceAndAFullLimitTellsTheBreakerNothing() {
    shop.policy(
        """
        kind: CircuitBreaker
        metadata: {name: fuse}
        spec: {to: {service: stock}, conf: {window: {calls: 2}, waitDurationInOpenState: 1s, permittedCallsInHalfOpen: 2}}
        """);
    limit("maxConcurrent: 1");
    for (int i = 0; i < 2; i++) {
      shop.replies(Reply.status(500));
      shop.call(request);
    }
    assertThat(shop.call(request).reason()).startsWith("CircuitBreaker/");
    shop.pass(Duration.ofSeconds(1));
    FakeCall probe = flying(1).get(0);
    for (int i = 0; i < 5; i++) {
      assertThat(shop.call(request).reason()).startsWith("ConcurrencyLimit/");
    }

    probe.progress(1).head(Reply.status(200).head());

    assertThat(shop.call(request).status()).isEqualTo(200);
    assertThat(shop.call(request).status()).isEqualTo(200);
  }

  @Test
  void inShadowModeAllCallsAreMadeAndItIsRecordedWhichWouldNotBe() {
    shop.policy(
        """
        kind: ConcurrencyLimit
        metadata: {name: limit}
        spec: {to: {service: stock}, mode: shadow, conf: {maxConcurrent: 1, maxPending: 1}}
        """);
    FakeCall first = flying(1).get(0);

    FakeCall beyond = shop.call(request);

    assertThat(beyond.status()).isEqualTo(200);
    assertThat(beyond.call().verdicts())
        .extracting(each -> each.by().toString(), Verdict::what, Verdict::shadow)
        .containsExactly(tuple("ConcurrencyLimit/default/limit", "full", true));
    first.cancel();
    assertThat(shop.call(request).call().verdicts()).isEmpty();
  }

  @Test
  void anAdaptiveLimitFindsItsWayWithinItsBounds() {
    limit("adaptive: {min: 4, max: 40}");
    assertThat(mostAtOnce(Duration.ofMillis(10))).isEqualTo(20);

    // The service answers as soon as ever, however many ask.
    rounds(30, Duration.ofMillis(10));
    assertThat(mostAtOnce(Duration.ofMillis(10))).isEqualTo(40);

    // It slows down.
    rounds(4, Duration.ofMillis(100));
    assertThat(mostAtOnce(Duration.ofMillis(100))).isBetween(4, 30);
  }

  @Test
  void anAdaptiveLimitGivesWayWhereThereAreNoAnswers() {
    limit("adaptive: {min: 4, max: 40}");
    for (int i = 0; i < 100; i++) {
      shop.replies(Reply.fails(Failure.RESET));
      shop.call(request);
    }

    assertThat(mostAtOnce(Duration.ofMillis(10))).isEqualTo(4);
  }

  private void rounds(int rounds, Duration latency) {
    for (int i = 0; i < rounds; i++) {
      mostAtOnce(latency);
    }
  }

  /** As many calls as are let through at once, answered after so long. */
  private int mostAtOnce(Duration latency) {
    shop.instance("a", Reply.status(200).after(latency));
    int calls = 0;
    while (shop.call(request).sends() == 1) {
      calls++;
    }
    shop.pass(latency);
    return calls;
  }

  private void limit(String conf) {
    shop.policy(
        """
        kind: ConcurrencyLimit
        metadata: {name: limit}
        spec: {to: {service: stock}, conf: {%s}}
        """
            .formatted(conf));
  }

  private List<FakeCall> flying(int calls) {
    List<FakeCall> flying = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      shop.replies(Reply.silence());
      FakeCall call = shop.call(request);
      assertThat(call.sends()).isEqualTo(1);
      flying.add(call);
    }
    return flying;
  }

  private boolean isFull() {
    FakeCall call = shop.call(request);
    return call.reason().startsWith("ConcurrencyLimit/");
  }
}
