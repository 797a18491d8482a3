package io.weft.core.call;

import static io.weft.core.call.Failure.CONNECT;
import static io.weft.core.call.Reply.silence;
import static io.weft.core.call.Reply.status;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class AsyncDriverTest {

  private final Shop shop = new Shop().service("stock", "a", "b");

  @RepeatedTest(50)
  void eventsFromManyThreadsAtOnceGiveOneOutcome() {
    shop.policy(
        """
        kind: Timeout
        metadata: {name: brief}
        spec: {to: {service: stock}, conf: {request: 1s}}
        """);
    shop.instance("a", silence()).instance("b", silence());
    FakeCall call = shop.get("/");
    CyclicBarrier together = new CyclicBarrier(4);
    Runnable[] happenings = {
      () -> call.progress(1).head(status(200).head()),
      () -> call.progress(1).failed(CONNECT, new FakeCall.LibraryException(CONNECT)),
      () -> shop.pass(Duration.ofSeconds(1)),
      () -> call.progress(1).end(-1)
    };

    CompletableFuture.allOf(
            IntStream.range(0, happenings.length)
                .mapToObj(i -> CompletableFuture.runAsync(() -> at(together, happenings[i])))
                .toArray(CompletableFuture[]::new))
        .orTimeout(20, TimeUnit.SECONDS)
        .join();
    shop.pass(Duration.ofSeconds(2));

    // A retry that was begun is silent, so that the timeout ends it.
    assertThat(call.outcomes()).hasSize(1);
    assertThat(call.attempt(1).endpoint().load().inFlight()).isZero();
  }

  @Test
  void aLibraryThatRefusesTheRequestIsNotAskedAgain() {
    IllegalArgumentException own = new IllegalArgumentException("no such method");
    shop.onSend(
        attempt -> {
          throw own;
        });

    FakeCall call = shop.get("/");

    assertThat(call.thrown()).isSameAs(own);
    assertThat(call.sends()).isEqualTo(1);
    assertThat(call.attempt(1).endpoint().load().inFlight()).isZero();
  }

  @Test
  void telemetryThatFailsIsNotNoticed() {
    Shop watched =
        new Shop(
            new CallObserver() {
              @Override
              public void callStarted(OutboundCall call) {
                throw new IllegalStateException("fault");
              }

              @Override
              public void attemptStarted(Attempt attempt) {
                throw new LinkageError("fault");
              }

              @Override
              public void attemptEnded(Attempt attempt) {
                throw new IllegalStateException("fault");
              }

              @Override
              public void callEnded(OutboundCall call) {
                throw new IllegalStateException("fault");
              }
            });

    FakeCall call = watched.service("stock", "a").get("/");

    assertThat(call.status()).isEqualTo(200);
    assertThat(call.attempt(1).endpoint().load().inFlight()).isZero();
  }

  @Test
  void afterManyFaultsOfOurOwnCallsAreLeftAlone() {
    shop.policy(
        """
        kind: Route
        metadata: {name: some}
        spec: {to: {service: stock}, conf: {rules: [{matches: [{headers: [{name: a, value: b}]}]}]}}
        """);
    FakeRequest faulty = FakeRequest.get("/").failing();

    for (int i = 0; i < 10; i++) {
      assertThat(shop.call(faulty).outcomes()).containsExactly("pass through");
    }

    assertThat(shop.mesh.mesh().destination("stock", -1).isMesh()).isFalse();
  }

  private static void at(CyclicBarrier together, Runnable happening) {
    try {
      together.await(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    happening.run();
  }
}
