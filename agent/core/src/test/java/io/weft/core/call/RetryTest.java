package io.weft.core.call;

import static io.weft.core.call.Failure.CONNECT;
import static io.weft.core.call.Failure.REFUSED_STREAM;
import static io.weft.core.call.Failure.RESET;
import static io.weft.core.call.Failure.RESET_BEFORE_REQUEST;
import static io.weft.core.call.FakeRequest.get;
import static io.weft.core.call.FakeRequest.grpc;
import static io.weft.core.call.FakeRequest.post;
import static io.weft.core.call.Reply.fails;
import static io.weft.core.call.Reply.status;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryTest {

  private final Shop shop = new Shop().service("stock", "a", "b", "c");

  @Test
  void anAnswerNamedInOnIsTriedAgainAndTheApplicationSeesTheGoodOne() {
    retry("attempts: 3, on: [5xx]");
    shop.replies(status(503), status(500));

    FakeCall call = shop.get("/");

    assertThat(call.status()).isEqualTo(200);
    assertThat(call.sends()).isEqualTo(3);
    assertThat(call.call().attempts()).isEqualTo(3);
  }

  @Test
  void theLastAttemptsAnswerIsGivenAsItIs() {
    retry("attempts: 3, on: [5xx]");
    shop.replies(status(503), status(503), status(500), status(200));

    FakeCall call = shop.get("/");

    assertThat(call.status()).isEqualTo(500);
    assertThat(call.sends()).isEqualTo(3);
    assertThat(call.outcomes()).containsExactly("answer");
  }

  @Test
  void withoutARetryDocumentABadAnswerIsTheApplications() {
    shop.replies(status(503));

    assertThat(shop.get("/").status()).isEqualTo(503);
  }

  @ParameterizedTest
  @CsvSource({
    "5xx,500,true",
    "5xx,503,true",
    "5xx,599,true",
    "5xx,404,false",
    "5xx,429,false",
    "gateway-error,502,true",
    "gateway-error,503,true",
    "gateway-error,504,true",
    "gateway-error,500,false",
    "connect-failure,503,false",
  })
  void conditionsTakeInStatuses(String on, int status, boolean again) {
    retry("attempts: 2, on: [" + on + "]");
    shop.replies(status(status));

    assertThat(shop.get("/").sends()).isEqualTo(again ? 2 : 1);
  }

  @ParameterizedTest
  @CsvSource({
    "connect-failure,CONNECT,true",
    "connect-failure,RESET,false",
    "connect-failure,REFUSED_STREAM,false",
    "refused-stream,REFUSED_STREAM,true",
    "refused-stream,CONNECT,false",
    "reset-before-request,RESET_BEFORE_REQUEST,true",
    "reset-before-request,RESET,false",
    "5xx,CONNECT,true",
    "5xx,RESET,true",
    "5xx,REFUSED_STREAM,true",
    "gateway-error,RESET,true",
    "gateway-error,CONNECT,true",
    "5xx,TIMEOUT,false",
    "5xx,APPLICATION,false",
  })
  void conditionsTakeInFailures(String on, Failure failure, boolean again) {
    retry("attempts: 2, on: [" + on + "]");
    shop.replies(fails(failure));

    FakeCall call = shop.get("/");

    assertThat(call.sends()).isEqualTo(again ? 2 : 1);
    assertThat(call.outcomes()).containsExactly(again ? "answer" : "exception");
  }

  @Test
  void aCallMadeForARequestThatHasItselfBeenTriedBeforeIsNotTriedAgain() {
    retry("attempts: 3, on: [5xx]");
    shop.replies(status(503));
    shop.inbound.isAttempt(2);

    FakeCall call = shop.get("/");

    assertThat(call.status()).isEqualTo(503);
    assertThat(call.sends()).isEqualTo(1);
    assertThat(call.attempt(1).chainAttempt()).as("it is told to the callee").isEqualTo(2);
  }

  @Test
  void howOftenItIsTriedThenIsThePolicysToSay() {
    retry("attempts: 3, attemptsIfRetried: 2, on: [5xx]");
    shop.replies(status(503), status(503), status(503));
    shop.inbound.isAttempt(2);

    assertThat(shop.get("/").sends()).isEqualTo(2);
  }

  @Test
  void whatNoCalleeHasSeenIsTriedAgainAllTheSame() {
    retry("attempts: 3, on: [5xx]");
    shop.replies(fails(CONNECT), fails(REFUSED_STREAM));
    shop.inbound.isAttempt(2);

    assertThat(shop.get("/").status()).isEqualTo(200);
  }

  @Test
  void onlyAttemptsThatACalleeMayHaveSeenCountForTheChain() {
    retry("attempts: 4, on: [5xx]");
    shop.replies(fails(CONNECT), status(503), fails(RESET));

    FakeCall call = shop.get("/");

    assertThat(call.attempt(1).chainAttempt()).isEqualTo(1);
    assertThat(call.attempt(2).chainAttempt()).isEqualTo(1);
    assertThat(call.attempt(3).chainAttempt()).isEqualTo(2);
    assertThat(call.attempt(4).chainAttempt()).isEqualTo(3);
  }

  @Test
  void statusesCanBeNamedOneByOne() {
    retry("attempts: 2, on: [retriable-status-codes], statusCodes: [409, 425]");

    shop.replies(status(425));
    assertThat(shop.get("/").sends()).isEqualTo(2);
    shop.replies(status(503));
    assertThat(shop.get("/").sends()).isEqualTo(1);
  }

  @Test
  void grpcCodesCanBeNamedOneByOne() {
    retry("attempts: 2, on: [grpc-codes], grpcCodes: [8], idempotentOnly: false");

    shop.replies(Reply.grpc(8), Reply.grpc(0));
    FakeCall exhausted = shop.call(grpc());
    assertThat(exhausted.sends()).isEqualTo(2);
    assertThat(exhausted.grpcCode()).isZero();
    shop.replies(Reply.grpc(14));
    assertThat(shop.call(grpc()).sends()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"5xx,14,2", "5xx,13,2", "5xx,5,1", "gateway-error,14,2", "gateway-error,13,1"})
  void conditionsTakeInTheGrpcCodesThatStandForThem(String on, int code, int sends) {
    retry("attempts: 2, on: [" + on + "], idempotentOnly: false");
    shop.replies(Reply.grpc(code), Reply.grpc(0));

    assertThat(shop.call(grpc()).sends()).isEqualTo(sends);
  }

  @Test
  void aGrpcAnswerThatPromisesMessagesIsNeverTriedAgain() {
    retry("attempts: 2, on: [5xx], idempotentOnly: false");
    shop.replies(Reply.grpc(-1).open());

    FakeCall call = shop.call(grpc());
    call.progress(1).end(14);

    assertThat(call.sends()).isEqualTo(1);
    assertThat(call.attempt(1).grpcCode()).isEqualTo(14);
  }

  @Test
  void aPostOfWhichSomethingMayHaveBeenSeenIsNotRepeated() {
    retry("attempts: 3, on: [5xx]");

    shop.replies(status(503));
    assertThat(shop.call(post("/")).sends()).isEqualTo(1);
    shop.replies(fails(RESET));
    assertThat(shop.call(post("/")).sends()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"CONNECT", "REFUSED_STREAM", "RESET_BEFORE_REQUEST"})
  void aPostOfWhichNothingLeftIsRepeated(Failure failure) {
    retry("attempts: 3, on: [5xx]");
    shop.replies(fails(failure));

    FakeCall call = shop.call(post("/"));

    assertThat(call.sends()).isEqualTo(2);
    assertThat(call.status()).isEqualTo(200);
  }

  @Test
  void aPostThatSaysItMayBeRepeatedIs() {
    retry("attempts: 3, on: [5xx]");
    shop.replies(status(503));

    assertThat(shop.call(post("/").header("Idempotency-Key", "k1")).sends()).isEqualTo(2);
  }

  @Test
  void aPostIsRepeatedWhereThePolicySaysSo() {
    retry("attempts: 3, on: [5xx], idempotentOnly: false");
    shop.replies(status(503));

    assertThat(shop.call(post("/")).sends()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
  void methodsThatMayBeRepeatedAre(String method) {
    retry("attempts: 2, on: [5xx]");
    shop.replies(status(503));

    assertThat(shop.call(FakeRequest.of(method, "/")).sends()).isEqualTo(2);
  }

  @Test
  void aBodyThatWasNotKeptIsSentOnce() {
    retry("attempts: 3, on: [5xx], idempotentOnly: false");
    shop.replies(status(503));

    assertThat(shop.call(post("/").oneShot()).sends()).isEqualTo(1);
  }

  @Test
  void eachAttemptGoesToAnInstanceNotTriedBefore() {
    retry("attempts: 3, on: [5xx], budget: {minPerSecond: 1000}");
    shop.instance("a", status(503)).instance("b", status(503)).instance("c", status(503));

    for (int i = 0; i < 20; i++) {
      FakeCall call = shop.get("/");
      assertThat(Set.of(call.sentTo().split(" "))).containsExactlyInAnyOrder("a", "b", "c");
    }
  }

  @Test
  void whenAllWereTriedOneIsTriedAgain() {
    retry("attempts: 5, on: [5xx]");
    shop.instance("a", status(503)).instance("b", status(503)).instance("c", status(503));

    assertThat(shop.get("/").sends()).isEqualTo(5);
  }

  @Test
  void thePauseIsDrawnUpToATwiceAsLongTimeEachTime() {
    retry("attempts: 4, on: [5xx], backoff: {base: 100ms, max: 150ms}");
    shop.instance("a", status(503)).instance("b", status(503)).instance("c", status(503));
    Set<Long> firstPauses = new HashSet<>();

    for (int i = 0; i < 50; i++) {
      FakeCall call = shop.get("/");
      shop.pass(Duration.ofSeconds(1));
      assertThat(call.sends()).isEqualTo(4);
      firstPauses.add(pauseBefore(call, 2));
      assertThat(pauseBefore(call, 2)).isBetween(0L, millis(100));
      assertThat(pauseBefore(call, 3)).isBetween(0L, millis(150));
      assertThat(pauseBefore(call, 4)).isBetween(0L, millis(150));
    }
    assertThat(firstPauses).hasSizeGreaterThan(40);
  }

  @Test
  void aServerThatSaysWhenToComeBackIsHeeded() {
    retry("attempts: 2, on: [5xx], backoff: {base: 10ms, max: 20ms}");
    shop.replies(status(503).header("Retry-After", "2"));

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(1_999));
    assertThat(call.sends()).isEqualTo(1);
    shop.pass(Duration.ofMillis(1));

    assertThat(call.status()).isEqualTo(200);
  }

  @Test
  void aServerIsNotHeededIfThePolicySaysSo() {
    retry("attempts: 2, on: [5xx], honourRetryAfter: false");
    shop.replies(status(503).header("Retry-After", "2"));

    assertThat(shop.get("/").sends()).isEqualTo(2);
  }

  @Test
  void aServerThatWantsToBeLeftAloneForLongIsLeftAlone() {
    retry("attempts: 2, on: [5xx]");
    shop.replies(status(503).header("Retry-After", "3600"));

    assertThat(shop.get("/").status()).isEqualTo(503);
  }

  @Test
  void aGrpcServerThatPushesBackIsHeeded() {
    retry("attempts: 2, on: [5xx], idempotentOnly: false");

    shop.replies(Reply.grpc(14).header("grpc-retry-pushback-ms", "300"), Reply.grpc(0));
    FakeCall later = shop.call(grpc());
    shop.pass(Duration.ofMillis(299));
    assertThat(later.sends()).isEqualTo(1);
    shop.pass(Duration.ofMillis(1));
    assertThat(later.grpcCode()).isZero();

    shop.replies(Reply.grpc(14).header("grpc-retry-pushback-ms", "-1"));
    assertThat(shop.call(grpc()).sends()).isEqualTo(1);
  }

  @Test
  void theBudgetIsSharedByAllCallsOfTheService() {
    retry("attempts: 2, on: [5xx], budget: {percent: 20, minPerSecond: 0}");
    shop.instance("a", status(503)).instance("b", status(503)).instance("c", status(503));

    int sends = 0;
    for (int i = 0; i < 100; i++) {
      sends += shop.get("/").sends();
    }

    assertThat(sends).isEqualTo(120);
  }

  @Test
  void withoutABudgetOfItsOwnAPolicyHasAFifthOfTheCallsAndThreeASecond() {
    retry("attempts: 3, on: [5xx]");
    shop.instance("a", status(503)).instance("b", status(503)).instance("c", status(503));

    int few = 0;
    for (int i = 0; i < 20; i++) {
      few += shop.get("/").sends();
    }
    int many = few;
    for (int i = 0; i < 480; i++) {
      many += shop.get("/").sends();
    }

    assertThat(few).isEqualTo(20 + 30);
    assertThat(many).isEqualTo(500 + 100);
  }

  @Test
  void theBudgetGrowsAgainAsTimeGoesBy() {
    retry("attempts: 2, on: [5xx], budget: {percent: 0, minPerSecond: 1}");
    shop.instance("a", status(503)).instance("b", status(503)).instance("c", status(503));
    for (int i = 0; i < 20; i++) {
      shop.get("/");
    }
    assertThat(shop.get("/").sends()).isEqualTo(1);

    shop.pass(Duration.ofSeconds(11));

    assertThat(shop.get("/").sends()).isEqualTo(2);
  }

  @Test
  void aPushDoesNotFillTheBudgetAgain() {
    retry("attempts: 2, on: [5xx], budget: {percent: 0, minPerSecond: 1}");
    shop.instance("a", status(503)).instance("b", status(503)).instance("c", status(503));
    for (int i = 0; i < 20; i++) {
      shop.get("/");
    }

    retry("attempts: 2, on: [5xx, connect-failure], budget: {percent: 0, minPerSecond: 1}");

    assertThat(shop.get("/").sends()).isEqualTo(1);
  }

  @Test
  void aCallThatCouldNotConnectGoesElsewhereWithoutAnyDocument() {
    shop.replies(fails(CONNECT), fails(REFUSED_STREAM));

    FakeCall call = shop.call(post("/"));

    assertThat(call.status()).isEqualTo(200);
    assertThat(call.sends()).isEqualTo(3);
  }

  @Test
  void withNowhereElseToGoTheLibrarysOwnExceptionIsThrownAtOnce() {
    Shop alone = new Shop().service("stock", "a").instance("a", fails(CONNECT));

    FakeCall call = alone.get("/");

    assertThat(call.sends()).isEqualTo(1);
    assertThat(call.thrown()).isInstanceOf(FakeCall.LibraryException.class).hasMessage("CONNECT");
  }

  @Test
  void anInstanceThatCannotBeReachedIsAvoidedByAllCallsForAWhile() {
    shop.instance("a", fails(CONNECT));
    for (int i = 0; i < 20; i++) {
      shop.get("/");
    }

    for (int i = 0; i < 100; i++) {
      assertThat(shop.get("/").sentTo()).doesNotContain("a");
    }
    shop.instance("a", status(200)).pass(Duration.ofSeconds(4));
    Set<String> reached = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      reached.add(shop.get("/").sentTo());
    }

    assertThat(reached).containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void aRetryThatCouldNotEndInTimeIsNotBegun() {
    retry("attempts: 2, on: [5xx], backoff: {base: 10ms, max: 10ms}");
    shop.policy(
        """
        kind: Timeout
        metadata: {name: brief}
        spec: {to: {service: stock}, conf: {request: 1s}}
        """);
    shop.replies(status(503).header("Retry-After", "1"));

    FakeCall call = shop.get("/");

    assertThat(call.status()).isEqualTo(503);
    assertThat(shop.time.armed()).isZero();
  }

  @Test
  void anAnswerThatIsDroppedIsClosedBeforeTheNextIsAskedFor() {
    retry("attempts: 2, on: [5xx]");
    shop.replies(status(503));

    FakeCall call = shop.call(get("/"));

    assertThat(call.cancelledAttempts()).containsExactly(call.attempt(1));
    assertThat(call.attempt(1).isOver()).isTrue();
    assertThat(call.attempt(1).status()).isEqualTo(503);
  }

  @Test
  void whatWasResetBeforeTheRequestLeftTheRecordSays() {
    retry("attempts: 2, on: [reset-before-request]");
    shop.replies(fails(RESET_BEFORE_REQUEST));

    FakeCall call = shop.call(post("/"));

    assertThat(call.attempt(1).failure()).isEqualTo(RESET_BEFORE_REQUEST);
    assertThat(call.attempt(1).sent()).isFalse();
    assertThat(call.attempt(2).retryPolicy().source()).hasToString("Retry/default/again");
    assertThat(call.attempt(2).previous()).isSameAs(call.attempt(1));
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

  private static long pauseBefore(FakeCall call, int attempt) {
    return call.attempt(attempt).startNanos() - call.attempt(attempt - 1).endNanos();
  }

  private static long millis(int millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
