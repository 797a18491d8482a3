package io.weft.core.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.ThreadMXBean;
import io.weft.core.MeshUnderTest;
import io.weft.core.balance.Algorithm;
import io.weft.core.balance.Cluster;
import io.weft.core.route.RouteTable;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CallRecordTest {
  private static final long TIMES = 10_000;
  private static final long FAR_APART = 0x9e3779b97f4a7c15L;

  // In bytes; all calls between two collections take tens of times as many.
  private static final long MANY_CALLS = 4_000_000;
  private static final Set<String> HEAP =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP)
          .map(MemoryPoolMXBean::getName)
          .collect(Collectors.toSet());

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
    assertThat(allocatedByACall(mesh())).isBetween(64L, 256L);
  }

  @Test
  void whatProtectsTheCalleeTakesLittleMore() {
    // Leave and place of the call, and its entry in the window of the breaker.
    assertThat(allocatedByACall(mesh().policy(GUARDS))).isBetween(256L, 576L);
  }

  @Test
  void oldCallsKeepNoYoungerOnesAlive() {
    LongConsumer call = callsOf(mesh().policy(GUARDS));
    GarbageCollectorMXBean young =
        (GarbageCollectorMXBean) ManagementFactory.getGarbageCollectorMXBeans().get(0);
    LongStream.range(0, TIMES).forEach(call);
    // What is alive is old from here on; linked to what follows, it would keep all that alive.
    System.gc();
    long alive = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();

    long collections = young.getCollectionCount() + 2;
    for (long i = TIMES; young.getCollectionCount() < collections; i++) {
      call.accept(i);
    }

    long left =
        young.getLastGcInfo().getMemoryUsageAfterGc().entrySet().stream()
            .filter(pool -> HEAP.contains(pool.getKey()))
            .mapToLong(pool -> pool.getValue().getUsed())
            .sum();
    assertThat(left - alive).isLessThan(MANY_CALLS);
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

  @Test
  void aCallWithAllInForceThatThereIsForCallersTakesNoMore() {
    MeshUnderTest mesh =
        new MeshUnderTest(CallObserver.NONE, new InAMinute())
            .service("copies", "z")
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
                      sessionPersistence: {type: Header, sessionName: x-session}
                      filters:
                      - requestMirror: {service: copies, percent: 0}
                      - requestHeaders: {set: [{name: x-a, value: b}]}
                ---
                kind: Timeout
                metadata: {name: brief}
                spec: {to: {service: stock}, conf: {request: 1s, perTry: 200ms, connect: 1s, idle: 1s}}
                ---
                kind: Retry
                metadata: {name: again}
                spec:
                  to: {service: stock}
                  conf:
                    attempts: 3
                    on: [5xx]
                    budget: {percent: 20, minPerSecond: 3}
                    hedge: {percentile: 95, max: 1}
                ---
                kind: LoadBalancer
                metadata: {name: sticky}
                spec: {to: {service: stock}, conf: {algorithm: RING_HASH, hash: [{by: path}]}}
                ---
                kind: Fault
                metadata: {name: rare}
                spec:
                  to: {service: stock}
                  conf:
                    matches: [{headers: [{name: x-trouble, value: "yes"}]}]
                    abort: {httpStatus: 503}
                """);

    assertThat(allocatedByACall(mesh)).isBetween(64L, 256L);
  }

  @ParameterizedTest
  @EnumSource
  void choosingAmongAThousandEndpointsAllocatesNothing(Algorithm algorithm) {
    String[] uids = IntStream.range(0, 1_000).mapToObj(i -> "i" + i).toArray(String[]::new);
    MeshUnderTest mesh =
        new MeshUnderTest()
            .service("stock", uids)
            .policy(
                """
                kind: LoadBalancer
                metadata: {name: choice}
                spec: {to: {service: stock}, conf: {algorithm: %s, hash: [{by: path}]}}
                """
                    .formatted(algorithm));
    RouteTable routes = mesh.mesh().destination("stock", MeshUnderTest.PORT).routes();
    Cluster cluster = Objects.requireNonNull(routes).rule(0).backends().get(0).cluster();

    long each =
        allocated(
            i -> cluster.choose(Cluster.Tried.NOTHING, i * FAR_APART, i, mesh.mesh().chance()));

    assertThat(each).isZero();
  }

  private static long allocatedByACall(MeshUnderTest mesh) {
    return allocated(callsOf(mesh));
  }

  /** Makes a call at a time. */
  private static LongConsumer callsOf(MeshUnderTest mesh) {
    OutboundRequest request = FakeRequest.get("/items/42");
    ResponseHead ok = Reply.status(200).head();
    Noted effects = new Noted();
    return i -> {
      OutboundCall call =
          mesh.mesh().call(mesh.mesh().destination("stock", MeshUnderTest.PORT), request);
      call.start(i, effects);
      call.head(effects.started, ok, i, effects);
      call.end(effects.started, i, effects);
    };
  }

  /** Bytes, of each time. */
  private static long allocated(LongConsumer once) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    // What the first ones allocate is the JVM's.
    LongStream.range(0, TIMES).forEach(once);

    long before = threads.getCurrentThreadAllocatedBytes();
    LongStream.range(0, TIMES).forEach(once);
    return (threads.getCurrentThreadAllocatedBytes() - before) / TIMES;
  }

  /** Within which an answer is wanted. */
  private static final class InAMinute implements Deadlines {
    @Override
    public boolean hasDeadline() {
      return true;
    }

    @Override
    public long deadlineNanos() {
      return 60_000_000_000L;
    }
  }

  private static final class Noted extends NoEffects {
    @SuppressWarnings("NullAway.Init") // Set by the first event.
    private Attempt started;

    @Override
    public void start(Attempt attempt) {
      started = attempt;
    }
  }
}
