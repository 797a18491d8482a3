package io.weft.core.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.weft.core.MeshUnderTest;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class CallRecordTest {

  private static final String GUARDS =
      """
      kind: CircuitBreaker
      metadata: {name: fuse}
      spec: {to: {service: stock}, conf: {}}
      ---
      kind: ConcurrencyLimit
      metadata: {name: limit}
      spec: {to: {service: stock}, conf: {adaptive: {min: 1, max: 100}}}
      ---
      kind: OutlierDetection
      metadata: {name: outliers}
      spec: {to: {service: stock}, conf: {successRate: {}}}
      """;

  @Test
  void aCallAndItsAttemptTakeNoMoreThan256Bytes() {
    assertThat(bytes(mesh())).isBetween(64L, 256L);
  }

  @Test
  void whatProtectsTheCalleeTakesLittleMore() {
    // Leave and place of the call, and its entry in the window of the breaker.
    assertThat(bytes(mesh().policy(GUARDS))).isBetween(256L, 576L);
  }

  private static MeshUnderTest mesh() {
    return new MeshUnderTest()
        .service("stock", "a", "b", "c")
        .policy(
            """
                kind: Route
                metadata: {name: stock}
                spec:
                  to: {service: stock}
                  conf:
                    rules:
                    - matches: [{headers: [{name: x-tester, value: "yes"}]}]
                    - matches: [{path: {type: PathPrefix, value: /items}}]
                ---
                kind: Timeout
                metadata: {name: brief}
                spec: {to: {service: stock}, conf: {request: 1s, perTry: 200ms}}
                ---
                kind: Retry
                metadata: {name: again}
                spec: {to: {service: stock}, conf: {attempts: 3, on: [5xx]}}
                """);
  }

  private static long bytes(MeshUnderTest mesh) {
    OutboundRequest request = FakeRequest.get("/items/42");
    ResponseHead ok = Reply.status(200).head();
    Noted effects = new Noted();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int calls = 10_000;
    // What the first calls allocate is the JVM's.
    make(calls, mesh, request, ok, effects);

    long before = threads.getCurrentThreadAllocatedBytes();
    make(calls, mesh, request, ok, effects);
    return (threads.getCurrentThreadAllocatedBytes() - before) / calls;
  }

  private static void make(
      int calls, MeshUnderTest mesh, OutboundRequest request, ResponseHead ok, Noted effects) {
    for (int i = 0; i < calls; i++) {
      OutboundCall call =
          mesh.mesh().call(mesh.mesh().destination("stock", MeshUnderTest.PORT), request);
      call.start(i, effects);
      call.head(effects.started, ok, i, effects);
      call.end(effects.started, i, effects);
    }
  }

  private static final class Noted implements Effects {
    @SuppressWarnings("NullAway.Init") // Set by the first event.
    private Attempt started;

    @Override
    public void start(Attempt attempt) {
      started = attempt;
    }

    @Override
    public void cancel(Attempt attempt) {}

    @Override
    public void arm(Timer timer, long atNanos) {}

    @Override
    public void disarm(Timer timer) {}

    @Override
    public void park(long untilNanos) {}

    @Override
    public void commit(Attempt attempt) {}

    @Override
    public void breakOff(Attempt attempt, MeshAnswer why) {}

    @Override
    public void answer(MeshAnswer answer) {}

    @Override
    public void rethrow(Attempt attempt) {}
  }
}
