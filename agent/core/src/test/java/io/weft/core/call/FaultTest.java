package io.weft.core.call;

import static io.weft.core.call.FakeRequest.get;
import static io.weft.core.call.FakeRequest.grpc;
import static io.weft.core.call.FakeRequest.post;
import static io.weft.core.call.Reply.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.weft.core.fault.InjectedFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultTest {
  private final Ends ends = new Ends();
  private final Shop shop = new Shop(ends).service("stock", "a", "b", "c");

  @Test
  void aDelayedCallIsSentOnceTheDelayIsOver() {
    fault("delay: {fixed: 300ms}");

    FakeCall call = shop.get("/");

    shop.pass(Duration.ofMillis(299));
    assertThat(call.sends()).isZero();
    shop.pass(Duration.ofMillis(1));
    assertThat(call.status()).isEqualTo(200);
    assertThat(ends.heldBack).containsExactly(call.call().lastAttempt());
    assertThat(shop.time.armed()).isZero();
  }

  @Test
  void anAbortIsAnsweredWithItsReasonAndNothingIsSent() {
    fault("abort: {httpStatus: 418}");

    FakeCall call = shop.get("/");

    assertThat(call.status()).isEqualTo(418);
    assertThat(call.reason()).isEqualTo("Fault/default/trouble injected");
    assertThat(call.sends()).isZero();
    assertThat(call.outcomes()).containsExactly("mesh answer");
    assertThat(ends.attempts)
        .singleElement()
        .satisfies(attempt -> assertThat(attempt.endpoint().load().inFlight()).isZero());
  }

  @Test
  void aCallMaySufferBothADelayAndThenAnAbort() {
    fault("delay: {fixed: 1s}, abort: {httpStatus: 503}");

    FakeCall call = shop.get("/");
    assertThat(call.outcomes()).isEmpty();
    shop.pass(Duration.ofSeconds(1));

    assertThat(call.status()).isEqualTo(503);
    assertThat(call.sends()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "httpStatus: 503,503,14",
    "httpStatus: 429,429,14",
    "httpStatus: 500,500,2",
    "httpStatus: 404,404,12",
    "grpcStatus: 14,503,14",
    "grpcStatus: 4,504,4",
    "grpcStatus: 8,429,8",
    "grpcStatus: 13,500,13",
    "'httpStatus: 500, grpcStatus: 5',500,5",
  })
  void eachProtocolHasItsOwnCodeOrWhatTheOthersStandsFor(String abort, int status, int code) {
    fault("abort: {" + abort + "}");

    assertThat(shop.get("/").status()).isEqualTo(status);
    assertThat(shop.call(grpc()).grpcCode()).isEqualTo(code);
  }

  @Test
  void aShareOfTheCallsSuffers() {
    fault("delay: {fixed: 1s, percent: 20}, abort: {httpStatus: 503, percent: 40}");

    int late = 0;
    int aborted = 0;
    int both = 0;
    for (int i = 0; i < 5_000; i++) {
      FakeCall call = shop.get("/");
      boolean isLate = call.outcomes().isEmpty();
      shop.pass(Duration.ofSeconds(1));
      late += isLate ? 1 : 0;
      aborted += call.status() == 503 ? 1 : 0;
      both += isLate && call.status() == 503 ? 1 : 0;
    }

    assertThat(late).isCloseTo(1_000, within(120));
    assertThat(aborted).isCloseTo(2_000, within(150));
    assertThat(both).isCloseTo(400, within(80));
  }

  @Test
  void onlyRequestsThatMatchSuffer() {
    fault(
        """
        matches: [{path: {value: /cart}, method: GET}, {headers: [{name: x-tester, value: "yes"}]},
                  {queryParams: [{name: slow, value: "1"}]}], abort: {httpStatus: 503}""");

    assertThat(shop.get("/cart/1").status()).isEqualTo(503);
    assertThat(shop.call(get("/").header("X-Tester", "yes")).status()).isEqualTo(503);
    assertThat(shop.get("/?slow=1").status()).isEqualTo(503);
    assertThat(shop.get("/").status()).isEqualTo(200);
    assertThat(shop.call(post("/cart")).status()).isEqualTo(200);
    assertThat(shop.get("/?slow=2").status()).isEqualTo(200);
  }

  @Test
  void anAbortIsTriedAgainAsIfTheCalleeHadAnsweredSo() {
    fault("abort: {httpStatus: 503, percent: 50}");
    retry("attempts: 20, on: [5xx]");

    for (int i = 0; i < 20; i++) {
      assertThat(shop.get("/").status()).isEqualTo(200);
    }
    assertThat(ends.attempts).hasSizeGreaterThan(25);
    assertThat(shop.call(post("/")).call().attempts()).isEqualTo(1);
  }

  @Test
  void theLastAbortIsTheAnswerWhenAttemptsAreExhausted() {
    fault("abort: {httpStatus: 503}");
    retry("attempts: 3, on: [5xx], backoff: {base: 10ms, max: 10ms}");

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofSeconds(1));

    assertThat(call.status()).isEqualTo(503);
    assertThat(call.reason()).startsWith("Fault/default/trouble");
    assertThat(ends.attempts).hasSize(3);
    assertThat(call.cancelledAttempts()).isEmpty();
  }

  @Test
  void aDelayEndsWithTheTimeOfTheCall() {
    fault("delay: {fixed: 10s}");
    shop.policy(
        """
        kind: Timeout
        metadata: {name: brief}
        spec: {to: {service: stock}, conf: {request: 1s}}
        """);

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofSeconds(1));

    assertThat(call.status()).isEqualTo(504);
    assertThat(call.reason()).startsWith("Timeout/default/brief");
    shop.pass(Duration.ofSeconds(20));
    assertThat(call.sends()).isZero();
    assertThat(call.cancelledAttempts()).isEmpty();
  }

  @Test
  void aDelayEndsWithTheDeadlineThatCameIn() {
    fault("delay: {fixed: 10s}");
    shop.inbound.mustAnswerIn(Duration.ofSeconds(1));

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofSeconds(1));

    assertThat(call.status()).isEqualTo(504);
    assertThat(call.sends()).isZero();
  }

  @Test
  void aDelayIsPartOfTheTimeOfATry() {
    fault("delay: {fixed: 300ms, percent: 50}");
    retry("attempts: 20, on: [5xx], perTryTimeout: 200ms");

    List<FakeCall> calls = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      calls.add(shop.get("/"));
    }
    shop.pass(Duration.ofSeconds(10));

    assertThat(calls).allSatisfy(call -> assertThat(call.status()).isEqualTo(200));
    assertThat(calls)
        .allSatisfy(call -> assertThat(call.sends()).as("sent once, in the end").isEqualTo(1));
    assertThat(ends.attempts).hasSizeGreaterThan(25);
  }

  @Test
  void aCallThatIsGivenUpWhileItIsDelayedIsNeverSent() {
    fault("delay: {fixed: 1s}");

    FakeCall call = shop.get("/");
    call.cancel();
    shop.pass(Duration.ofSeconds(2));

    assertThat(call.sends()).isZero();
    assertThat(call.cancelledAttempts()).isEmpty();
    assertThat(call.outcomes()).isEmpty();
    assertThat(ends.attempts).hasSize(1);
    assertThat(shop.time.armed()).isZero();
  }

  @Test
  void shadowRecordsWhatWouldHaveBeenAndChangesNothing() {
    shop.policy(
        """
        kind: Fault
        metadata: {name: trouble}
        spec:
          to: {service: stock}
          mode: shadow
          conf: {delay: {fixed: 1s}, abort: {httpStatus: 503}}
        """);
    shop.replies(status(200));

    FakeCall call = shop.get("/");

    assertThat(call.status()).isEqualTo(200);
    InjectedFault fault = Objects.requireNonNull(ends.attempts.get(0).fault());
    assertThat(fault.shadow()).isTrue();
    assertThat(fault.delayNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
    assertThat(fault.aborts()).isTrue();
    assertThat(fault.source().name()).isEqualTo("trouble");
  }

  private void fault(String conf) {
    policy("Fault", "trouble", conf);
  }

  private void retry(String conf) {
    policy("Retry", "again", conf);
  }

  private void policy(String kind, String name, String conf) {
    shop.policy(
        """
        kind: %s
        metadata: {name: %s}
        spec:
          to: {service: stock}
          conf: {%s}
        """
            .formatted(kind, name, conf.indent(10).strip()));
  }

  /** Sees attempts as they go. */
  private static final class Ends implements CallObserver {
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Attempt> heldBack = new ArrayList<>();

    @Override
    public void attemptHeldBack(Attempt attempt) {
      heldBack.add(attempt);
    }

    @Override
    public void attemptEnded(Attempt attempt) {
      attempts.add(attempt);
    }
  }
}
