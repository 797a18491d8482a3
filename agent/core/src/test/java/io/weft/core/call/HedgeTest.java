package io.weft.core.call;

import static io.weft.core.call.FakeRequest.get;
import static io.weft.core.call.FakeRequest.grpc;
import static io.weft.core.call.FakeRequest.post;
import static io.weft.core.call.Reply.fails;
import static io.weft.core.call.Reply.silence;
import static io.weft.core.call.Reply.status;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HedgeTest {
  private final List<Attempt> ended = new ArrayList<>();
  private final Shop shop =
      new Shop(
              new CallObserver() {
                @Override
                public void attemptEnded(Attempt attempt) {
                  ended.add(attempt);
                }
              })
          .service("stock", "a", "b", "c");

  @Test
  void aSlowAttemptGetsAnotherBesideItAndTheFirstGoodAnswerIsTaken() {
    hedge("hedge: {delay: 100ms}");
    shop.replies(silence(), status(201));

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(99));
    assertThat(call.sends()).isEqualTo(1);
    shop.pass(Duration.ofMillis(1));

    assertThat(call.status()).isEqualTo(201);
    assertThat(call.outcomes()).containsExactly("answer");
    assertThat(call.attempt(2).endpoint().uid()).isNotEqualTo(call.attempt(1).endpoint().uid());
    assertThat(call.attempt(2).isHedge()).isTrue();
    assertThat(call.cancelledAttempts()).containsExactly(call.attempt(1));
    assertThat(call.attempt(1).isLost()).isTrue();
    assertThat(call.call().lastAttempt()).isSameAs(call.attempt(2));
    assertThat(ended).hasSize(2);
    assertThat(ended).allMatch(attempt -> attempt.endpoint().load().inFlight() == 0);
    assertThat(shop.time.armed()).as("but for the server that is silent").isEqualTo(1);
  }

  @Test
  void theFirstAttemptMayStillWin() {
    hedge("hedge: {delay: 100ms}");
    shop.replies(status(200).after(Duration.ofMillis(150)), silence());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(150));

    assertThat(call.status()).isEqualTo(200);
    assertThat(call.sends()).isEqualTo(2);
    assertThat(call.cancelledAttempts()).containsExactly(call.attempt(2));
  }

  @Test
  void aQuickAnswerCostsNoSecondRequest() {
    hedge("hedge: {delay: 100ms}");
    shop.replies(status(200).after(Duration.ofMillis(99)));

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofSeconds(1));

    assertThat(call.sends()).isEqualTo(1);
    assertThat(shop.time.armed()).isZero();
  }

  @Test
  void anAnswerThatWouldBeTriedAgainIsLeftForABetterOne() {
    hedge("hedge: {delay: 100ms}");
    shop.replies(status(200).after(Duration.ofSeconds(1)), status(503));

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofSeconds(1));

    assertThat(call.status()).isEqualTo(200);
    assertThat(call.sends()).isEqualTo(2);
  }

  @Test
  void anAnswerThatWouldNotBeTriedAgainIsGoodEnough() {
    hedge("hedge: {delay: 100ms}");
    shop.replies(silence(), status(404));

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(100));

    assertThat(call.status()).isEqualTo(404);
  }

  @Test
  void anAttemptThatFailsLeavesTheCallToTheOther() {
    hedge("hedge: {delay: 100ms}");
    shop.replies(status(200).after(Duration.ofSeconds(1)), fails(Failure.RESET));

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofSeconds(1));

    assertThat(call.status()).isEqualTo(200);
    assertThat(call.thrown()).isNull();
  }

  @Test
  void whenTheLastOfThemFailsItIsTriedAgainAsFarAsAttemptsAllow() {
    hedge("attempts: 3, hedge: {delay: 100ms}");
    shop.replies(
        status(503).after(Duration.ofMillis(300)), status(502).after(Duration.ofMillis(50)));

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofSeconds(1));

    assertThat(call.status()).isEqualTo(200);
    assertThat(call.sends()).isEqualTo(3);
  }

  @Test
  void hedgesAreTriesAndNoMoreThanMax() {
    hedge("attempts: 5, hedge: {delay: 100ms, max: 2}");
    shop.replies(silence(), silence(), silence(), silence());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(200));
    assertThat(call.sends()).isEqualTo(3);
    shop.pass(Duration.ofSeconds(10));
    assertThat(call.sends()).isEqualTo(3);

    hedge("attempts: 2, hedge: {delay: 100ms, max: 2}");
    shop.replies(silence(), silence(), silence());
    FakeCall two = shop.get("/");
    shop.pass(Duration.ofSeconds(10));
    assertThat(two.sends()).isEqualTo(2);
  }

  @Test
  void whatMayDoHarmTwiceIsNotSentTwice() {
    hedge("hedge: {delay: 100ms}");

    assertThat(sends(post("/"))).isEqualTo(1);
    assertThat(sends(get("/").oneShot())).isEqualTo(1);
    assertThat(sends(post("/").header("Idempotency-Key", "1"))).isEqualTo(2);

    hedge("idempotentOnly: false, hedge: {delay: 100ms}");
    assertThat(sends(post("/"))).isEqualTo(2);
    assertThat(sends(grpc())).isEqualTo(2);
  }

  @Test
  void hedgesCountAgainstTheBudget() {
    hedge("budget: {percent: 10, minPerSecond: 0}, hedge: {delay: 100ms}");
    shop.instance("a", silence()).instance("b", silence()).instance("c", silence());

    List<FakeCall> calls = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      calls.add(shop.get("/"));
    }
    shop.pass(Duration.ofSeconds(1));

    assertThat(calls.stream().mapToInt(FakeCall::sends).sum()).isEqualTo(55);
  }

  @Test
  void aRequestThatWasTriedBeforeIsNotHedged() {
    hedge("hedge: {delay: 100ms}");
    shop.inbound.isAttempt(2);

    assertThat(sends(get("/"))).isEqualTo(1);
  }

  @Test
  void aHedgeIsMarkedAsARepetition() {
    hedge("hedge: {delay: 100ms}");
    shop.replies(silence());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(100));

    assertThat(call.attempt(2).chainAttempt()).isEqualTo(2);
  }

  @Test
  void whereThereIsNoOtherInstanceNothingIsHedged() {
    shop.mesh.without("stock", "b").without("stock", "c");
    hedge("hedge: {delay: 100ms}");

    assertThat(sends(get("/"))).isEqualTo(1);
  }

  @Test
  void aPercentileOfWhatAnswersTookSaysWhen() {
    hedge("hedge: {percentile: 95}");
    assertThat(sends(get("/"))).as("nothing is known yet").isEqualTo(1);
    shop.pass(Duration.ofSeconds(30));
    Reply usual = status(200).after(Duration.ofMillis(10));
    shop.instance("a", usual).instance("b", usual).instance("c", usual);
    for (int i = 0; i < 200; i++) {
      shop.get("/");
      shop.pass(Duration.ofMillis(10));
    }
    shop.replies(silence());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(9));
    assertThat(call.sends()).isEqualTo(1);
    shop.pass(Duration.ofMillis(3));

    assertThat(call.sends()).isEqualTo(2);
  }

  @Test
  void theTimeOfTheCallEndsAllOfThem() {
    hedge("hedge: {delay: 100ms}");
    shop.policy(
        """
        kind: Timeout
        metadata: {name: brief}
        spec: {to: {service: stock}, conf: {request: 1s}}
        """);
    shop.replies(silence(), silence());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofSeconds(1));

    assertThat(call.status()).isEqualTo(504);
    assertThat(call.cancelledAttempts())
        .containsExactlyInAnyOrder(call.attempt(1), call.attempt(2));
  }

  @Test
  void theTimeOfATryEndsThatTryAlone() {
    hedge("perTryTimeout: 300ms, hedge: {delay: 200ms}");
    shop.replies(silence(), status(200).after(Duration.ofMillis(250)));

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(300));
    assertThat(call.cancelledAttempts()).containsExactly(call.attempt(1));
    assertThat(call.outcomes()).isEmpty();
    shop.pass(Duration.ofMillis(150));

    assertThat(call.status()).isEqualTo(200);
    assertThat(call.sends()).isEqualTo(2);
  }

  @Test
  void anApplicationThatGivesUpGivesUpAllOfThem() {
    hedge("hedge: {delay: 100ms}");
    shop.replies(silence(), silence());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(100));
    call.cancel();

    assertThat(call.cancelledAttempts()).hasSize(2);
    assertThat(ended).hasSize(2);
  }

  private int sends(FakeRequest request) {
    shop.replies(silence(), silence(), silence());
    FakeCall call = shop.call(request);
    shop.pass(Duration.ofSeconds(1));
    call.cancel();
    return call.sends();
  }

  private void hedge(String conf) {
    shop.policy(
        """
        kind: Retry
        metadata: {name: beside}
        spec:
          to: {service: stock}
          conf: {%s on: [5xx], %s}
        """
            .formatted(conf.contains("attempts") ? "" : "attempts: 2,", conf));
  }
}
