package io.weft.core.call;

import static io.weft.core.call.Reply.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.core.Mesh;
import io.weft.core.MeshUnderTest;
import io.weft.core.endpoint.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BlockingDriverTest {

  private final FakeTime time = new FakeTime();
  private final MeshUnderTest mesh = new MeshUnderTest().service("stock", "a", "b", "c");

  @Test
  void anAnswerIsReturnedAndTheCallEndsWithItsBody() throws IOException {
    Library library = new Library(attempt -> status(200));

    assertThat(library.execute()).isEqualTo("200");
    assertThat(library.call.isOver()).isFalse();
    library.driver.ended();

    assertThat(library.call.isOver()).isTrue();
    assertThat(library.endpoint().load().inFlight()).isZero();
    assertThat(time.armed()).isZero();
  }

  @Test
  void aDroppedAnswerIsDiscardedBeforeTheNextIsAskedFor() throws IOException {
    again("attempts: 3, on: [5xx]");
    Library library = new Library(attempt -> status(attempt.number() < 3 ? 503 : 200));

    assertThat(library.execute()).isEqualTo("200");

    assertThat(library.log)
        .containsExactly("send 1", "discard 503", "send 2", "discard 503", "send 3");
  }

  @Test
  void theLibrarysOwnExceptionIsThrownUnchanged() {
    IOException own = new IOException("own");
    Library library = new Library(attempt -> status(200));
    library.thrown = own;

    assertThatThrownBy(library::execute).isSameAs(own);
    assertThat(library.call.isOver()).isTrue();
  }

  @Test
  void anUncheckedExceptionOfTheLibraryIsThrownUnchanged() {
    IllegalStateException own = new IllegalStateException("own");
    Library library = new Library(attempt -> status(200));
    library.thrown = own;

    assertThatThrownBy(library::execute).isSameAs(own);
  }

  @Test
  void theMeshsAnswerIsGivenInTheLibrarysTerms() throws IOException {
    mesh.policy(
        """
        kind: Route
        metadata: {name: none}
        spec: {to: {service: stock}, conf: {rules: [{matches: [{method: PATCH}]}]}}
        """);
    Library library = new Library(attempt -> status(200));

    assertThat(library.execute()).isEqualTo("mesh 404");
    assertThat(library.log).isEmpty();
  }

  @Test
  void aSendThatTakesTooLongIsAbortedFromTheTimersThread() throws Exception {
    mesh.policy(
        """
        kind: Timeout
        metadata: {name: brief}
        spec: {to: {service: stock}, conf: {request: 300ms}}
        """);
    Library library = new Library(attempt -> status(200));
    library.hangs = true;

    CompletableFuture<String> answer = library.executeOnAThread();
    library.sending.await();
    time.pass(Duration.ofMillis(300));

    assertThat(answer.get()).isEqualTo("mesh 504");
    assertThat(library.log).containsExactly("send 1", "abort 1");
    assertThat(library.timeouts).containsExactly(Duration.ofMillis(300).toNanos());
  }

  @Test
  void aPauseIsWaitedOutOnTheCallingThread() throws Exception {
    again("attempts: 2, on: [5xx]");
    Library library =
        new Library(
            attempt ->
                attempt.number() == 1 ? status(503).header("retry-after", "2") : status(200));

    CompletableFuture<String> answer = library.executeOnAThread();
    library.discarded.await();
    assertThat(answer).isNotDone();
    time.pass(Duration.ofSeconds(2));

    assertThat(answer.get()).isEqualTo("200");
  }

  @Test
  void aCallCancelledWhileItSendsThrowsWhatTheLibraryThrowsThen() throws Exception {
    Library library = new Library(attempt -> status(200));
    library.hangs = true;

    CompletableFuture<String> answer = library.executeOnAThread();
    library.sending.await();
    library.driver.cancel();

    assertThatThrownBy(answer::get).hasRootCauseMessage("aborted");
  }

  @Test
  void aCallCancelledInAPauseEnds() throws Exception {
    again("attempts: 2, on: [5xx]");
    Library library = new Library(attempt -> status(503).header("retry-after", "2"));

    CompletableFuture<String> answer = library.executeOnAThread();
    library.discarded.await();
    library.driver.cancel();

    assertThatThrownBy(answer::get).hasRootCauseMessage("cancelled");
  }

  @Test
  void aFaultOfOursBeforeAnythingWasSentSendsTheRequestAsIfThereWereNoMesh() throws IOException {
    mesh.policy(
        """
        kind: Route
        metadata: {name: some}
        spec: {to: {service: stock}, conf: {rules: [{matches: [{path: {value: /}}]}]}}
        """);

    Library library =
        new Library(
            attempt -> status(200),
            new FaultyRequest() {
              @Override
              public String target() {
                throw new IllegalStateException("fault");
              }
            });

    assertThat(library.execute()).isEqualTo("passed through");
  }

  @Test
  void aFaultOfOursAfterwardsGivesTheApplicationWhatTheLibraryHas() throws IOException {
    again("attempts: 2, on: [5xx]");
    Library library =
        new Library(
            attempt -> status(503),
            new FaultyRequest() {
              @Override
              public boolean replayable() {
                throw new IllegalStateException("fault");
              }
            });

    assertThat(library.execute()).isEqualTo("503");
    assertThat(library.endpoint().load().inFlight()).isZero();
  }

  private void again(String conf) {
    mesh.policy(
        """
        kind: Retry
        metadata: {name: again}
        spec: {to: {service: stock}, conf: {%s}}
        """
            .formatted(conf));
  }

  private abstract static class FaultyRequest implements OutboundRequest {
    private final FakeRequest sound = FakeRequest.get("/");

    @Override
    public Protocol protocol() {
      return sound.protocol();
    }

    @Override
    public String scheme() {
      return sound.scheme();
    }

    @Override
    public String method() {
      return sound.method();
    }

    @Override
    public String target() {
      return sound.target();
    }

    @Override
    public String authority() {
      return sound.authority();
    }

    @Override
    public String header(String name) {
      return sound.header(name);
    }

    @Override
    public boolean replayable() {
      return sound.replayable();
    }
  }

  /** A library whose responses are their statuses as text. */
  private final class Library implements BlockingTransport<String, IOException> {
    final OutboundCall call;
    final BlockingDriver<String, IOException> driver;
    final CountDownLatch sending = new CountDownLatch(1);
    final CountDownLatch discarded = new CountDownLatch(1);
    final List<String> log = new ArrayList<>();
    final List<Long> timeouts = new ArrayList<>();
    private final CountDownLatch aborted = new CountDownLatch(1);
    private final Function<Attempt, Reply> servers;
    private Reply last = status(0);
    private boolean hangs;
    private @Nullable Exception thrown;

    Library(Function<Attempt, Reply> servers) {
      this(servers, FakeRequest.get("/"));
    }

    Library(Function<Attempt, Reply> servers, OutboundRequest request) {
      Mesh of = mesh.mesh();
      this.servers = servers;
      this.call = of.call(of.destination("stock", -1), request);
      this.driver = new BlockingDriver<>(call, this, time);
    }

    Endpoint endpoint() {
      return Objects.requireNonNull(call.lastAttempt()).endpoint();
    }

    String execute() throws IOException {
      return driver.execute();
    }

    CompletableFuture<String> executeOnAThread() {
      return CompletableFuture.supplyAsync(
          () -> {
            try {
              return execute();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }

    @Override
    public String send(Attempt attempt, long timeoutNanos) throws IOException {
      log.add("send " + attempt.number());
      timeouts.add(timeoutNanos);
      sending.countDown();
      if (thrown instanceof IOException io) {
        throw io;
      }
      if (thrown instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      if (hangs) {
        hang();
      }
      last = servers.apply(attempt);
      return Integer.toString(last.head().status());
    }

    private void hang() throws IOException {
      try {
        assertThat(aborted.await(20, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      throw new IOException("aborted");
    }

    @Override
    public ResponseHead head(String response) {
      return last.head();
    }

    @Override
    public Failure failure(Attempt attempt, Throwable of) {
      return Failure.RESET;
    }

    @Override
    public void discard(String response) {
      log.add("discard " + response);
      discarded.countDown();
    }

    @Override
    public void abort(Attempt attempt) {
      log.add("abort " + attempt.number());
      aborted.countDown();
    }

    @Override
    public String answer(MeshAnswer answer) {
      return "mesh " + answer.status();
    }

    @Override
    public IOException cancelled() {
      return new IOException("cancelled");
    }

    @Override
    public String passThrough() {
      return "passed through";
    }
  }
}
