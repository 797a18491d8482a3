package io.weft.core.call;

import static io.weft.core.call.FakeRequest.get;
import static io.weft.core.call.FakeRequest.grpc;
import static io.weft.core.call.Reply.fails;
import static io.weft.core.call.Reply.silence;
import static io.weft.core.call.Reply.status;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimeoutTest {

  private final Shop shop = new Shop().service("stock", "a", "b");

  @Test
  void aCallThatTakesLongerThanRequestIsAnswered504() {
    timeout("request: 300ms");
    shop.replies(silence());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(299));
    assertThat(call.isOpen()).isTrue();
    shop.pass(Duration.ofMillis(1));

    assertThat(call.status()).isEqualTo(504);
    assertThat(call.grpcCode()).isEqualTo(4);
    assertThat(call.reason()).isEqualTo("Timeout/default/brief no answer in time");
    assertThat(call.cancelledAttempts()).containsExactly(call.attempt(1));
  }

  @Test
  void anAnswerInTimeIsTheApplicationsAndNoAlarmIsLeft() {
    timeout("request: 300ms, perTry: 200ms, idle: 100ms");
    shop.replies(status(200).after(Duration.ofMillis(100)));

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(100));

    assertThat(call.status()).isEqualTo(200);
    assertThat(shop.time.armed()).isZero();
  }

  @Test
  void requestCoversAllAttemptsAndTheirPauses() {
    timeout("request: 1s");
    retry("attempts: 10, on: [5xx]");
    Reply slow = status(503).after(Duration.ofMillis(300));
    shop.instance("a", slow).instance("b", slow);

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofSeconds(1));

    assertThat(call.status()).isEqualTo(504);
    assertThat(call.sends()).isEqualTo(4);
  }

  @Test
  void anAttemptThatTakesLongerThanPerTryIsAnswered504() {
    timeout("perTry: 200ms");
    shop.replies(silence());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(200));

    assertThat(call.status()).isEqualTo(504);
    assertThat(call.reason()).isEqualTo("Timeout/default/brief no answer to an attempt in time");
  }

  @Test
  void anAttemptThatTakesTooLongIsTriedAgainElsewhere() {
    retry("attempts: 2, on: [gateway-error], perTryTimeout: 200ms");
    shop.replies(silence());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(200));

    assertThat(call.status()).isEqualTo(200);
    assertThat(call.attempt(2).endpoint()).isNotEqualTo(call.attempt(1).endpoint());
    assertThat(call.cancelledAttempts()).containsExactly(call.attempt(1));
  }

  @Test
  void thePerTryOfTheRetryGoesBeforeThatOfTheTimeout() {
    timeout("perTry: 5s");
    retry("attempts: 1, on: [5xx], perTryTimeout: 200ms");
    shop.replies(silence());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(200));

    assertThat(call.reason()).startsWith("Retry/default/again ");
  }

  @Test
  void aPostThatTookTooLongMayHaveBeenSeenAndIsNotRepeated() {
    retry("attempts: 2, on: [5xx], perTryTimeout: 200ms");
    shop.replies(silence());

    FakeCall call = shop.call(FakeRequest.post("/"));
    shop.pass(Duration.ofMillis(200));

    assertThat(call.status()).isEqualTo(504);
    assertThat(call.sends()).isEqualTo(1);
  }

  @Test
  void anAnswerThatComesAfterItsTimeIsIgnored() {
    timeout("request: 300ms");
    shop.replies(status(200).after(Duration.ofMillis(400)));

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofSeconds(1));

    assertThat(call.outcomes()).containsExactly("mesh answer");
  }

  @Test
  void connectIsTheAdaptersToKeep() {
    timeout("connect: 50ms");

    assertThat(shop.get("/").attempt(1).connectTimeoutNanos())
        .isEqualTo(Duration.ofMillis(50).toNanos());
  }

  @Test
  void requestRunsOnUntilTheBodysEnd() {
    timeout("request: 300ms");
    shop.replies(status(200).open());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(300));

    assertThat(call.outcomes()).containsExactly("answer");
    assertThat(call.brokenOff()).isEqualTo("Timeout/default/brief no answer in time");
    assertThat(call.call().isOver()).isTrue();
  }

  @Test
  void requestEndsAtTheHeadOfServerSentEvents() {
    timeout("request: 300ms");
    shop.replies(status(200).header("Content-Type", "text/event-stream;charset=UTF-8").open());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMinutes(5));

    assertThat(call.brokenOff()).isEmpty();
  }

  @Test
  void requestEndsAtTheHeadOfAnUpgrade() {
    timeout("request: 300ms");
    shop.replies(status(101).open());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMinutes(5));

    assertThat(call.brokenOff()).isEmpty();
  }

  @Test
  void requestEndsAtTheHeadOfAGrpcStreamButNotOfAUnaryCall() {
    timeout("request: 300ms");
    shop.replies(Reply.grpc(-1).open(), Reply.grpc(-1).open());

    FakeCall stream = shop.call(grpc().endless());
    FakeCall unary = shop.call(grpc());
    shop.pass(Duration.ofMinutes(5));

    assertThat(stream.brokenOff()).isEmpty();
    assertThat(unary.brokenOff()).isEqualTo("Timeout/default/brief no answer in time");
  }

  @Test
  void anAnswerThatStandsStillForIdleIsBrokenOff() {
    timeout("idle: 1s");
    shop.replies(status(200).header("content-type", "text/event-stream").open());

    FakeCall call = shop.get("/");
    for (int i = 0; i < 10; i++) {
      shop.pass(Duration.ofMillis(900));
      call.progress(1).progress();
    }
    shop.pass(Duration.ofMillis(999));
    assertThat(call.brokenOff()).isEmpty();
    shop.pass(Duration.ofMillis(1));

    assertThat(call.brokenOff()).isEqualTo("Timeout/default/brief the answer stands still");
  }

  @Test
  void theDeadlineOfTheRequestBeingServedIsKeptIfItIsSooner() {
    timeout("request: 2s");
    shop.inbound.mustAnswerIn(Duration.ofMillis(500));
    shop.replies(silence());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(500));

    assertThat(call.status()).isEqualTo(504);
    assertThat(call.reason()).isEqualTo("Service/default/stock no answer in time");
  }

  @Test
  void theDeadlineOfTheRequestBeingServedHoldsWithoutAnyDocument() {
    shop.inbound.mustAnswerIn(Duration.ofMillis(500));
    shop.replies(silence());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(500));

    assertThat(call.status()).isEqualTo(504);
  }

  @Test
  void requestIsKeptIfItIsSoonerThanTheDeadlineOfTheRequestBeingServed() {
    timeout("request: 300ms");
    shop.inbound.mustAnswerIn(Duration.ofSeconds(10));
    shop.replies(silence());

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(300));

    assertThat(call.reason()).startsWith("Timeout/default/brief ");
  }

  @Test
  void nothingIsSentWhenTheDeadlineIsPast() {
    shop.inbound.mustAnswerIn(Duration.ofMillis(-1));

    FakeCall call = shop.get("/");

    assertThat(call.status()).isEqualTo(504);
    assertThat(call.sends()).isZero();
  }

  @Test
  void aLibraryThatNoticesTheEndOfItsTimeFirstGets504Too() {
    timeout("request: 300ms");
    // Told to the library before the alarm was set, so that it comes first of the two.
    shop.replies(fails(Failure.TIMEOUT).after(Duration.ofMillis(300)));

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(300));

    assertThat(call.outcomes()).containsExactly("mesh answer");
    assertThat(call.status()).isEqualTo(504);
  }

  @Test
  void theApplicationsOwnTimeoutIsItsLibrarysException() {
    timeout("request: 5s");
    shop.replies(fails(Failure.TIMEOUT).after(Duration.ofMillis(100)));

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(100));

    assertThat(call.thrown()).isInstanceOf(FakeCall.LibraryException.class);
  }

  @Test
  void aCancelledCallGetsNothingAndLeavesNothingBehind() {
    timeout("request: 5s");
    shop.replies(silence());

    FakeCall call = shop.call(get("/"));
    call.cancel();
    shop.pass(Duration.ofDays(2));

    assertThat(call.outcomes()).isEmpty();
    assertThat(call.cancelledAttempts()).containsExactly(call.attempt(1));
    assertThat(call.attempt(1).endpoint().load().inFlight()).isZero();
    assertThat(call.call().isCancelled()).isTrue();
  }

  @Test
  void aCallCancelledInAPauseIsNotTriedAgain() {
    retry("attempts: 2, on: [5xx]");
    shop.replies(status(503).header("retry-after", "1"));

    FakeCall call = shop.get("/");
    call.cancel();
    shop.pass(Duration.ofSeconds(2));

    assertThat(call.sends()).isEqualTo(1);
    assertThat(call.outcomes()).isEmpty();
  }

  private void timeout(String conf) {
    shop.policy(
        """
        kind: Timeout
        metadata: {name: brief}
        spec: {to: {service: stock}, conf: {%s}}
        """
            .formatted(conf));
  }

  private void retry(String conf) {
    shop.policy(
        """
        kind: Retry
        metadata: {name: again}
        spec: {to: {service: stock}, conf: {%s}}
        """
            .formatted(conf));
  }
}
