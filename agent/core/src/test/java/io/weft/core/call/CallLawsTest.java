package io.weft.core.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.core.MeshUnderTest;
import io.weft.core.retry.Backoff;
import io.weft.core.retry.BudgetLimit;
import io.weft.core.retry.RetryBudget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** What holds whatever happens, in whatever order. */
class CallLawsTest {

  /** All that can happen to a call, of the newest attempt or of an older one. */
  enum Happening {
    START,
    SENT,
    OK,
    UNAVAILABLE,
    STREAM,
    CONNECT_FAILED,
    RESET,
    TIMED_OUT,
    OLD_HEAD,
    OLD_FAILURE,
    OLD_END,
    PROGRESS,
    END,
    REQUEST_RINGS,
    PER_TRY_RINGS,
    BACKOFF_RINGS,
    IDLE_RINGS,
    FAULT_RINGS,
    HEDGE_RINGS,
    WAKE,
    CANCEL,
    TIME_PASSES,
    PUSH
  }

  @Property(tries = 2_000)
  void noOrderOfEventsBreaksACall(
      @ForAll @Size(max = 40) List<Happening> happenings,
      @ForAll @IntRange(min = 1, max = 5) int attempts,
      @ForAll boolean idempotentOnly,
      @ForAll boolean post,
      @ForAll boolean paused,
      @ForAll boolean troubled,
      @ForAll @IntRange(min = 0, max = 2) int hedges) {
    Ends ends = new Ends();
    MeshUnderTest mesh = mesh(ends, attempts, idempotentOnly, paused, hedges);
    if (troubled) {
      mesh.policy(
          """
          kind: Fault
          metadata: {name: trouble}
          spec:
            to: {service: stock}
            conf: {delay: {fixed: 100ms, percent: 50}, abort: {httpStatus: 503, percent: 30}}
          """);
    }
    Machine machine = new Machine(mesh, post ? FakeRequest.post("/") : FakeRequest.get("/"));

    machine.happens(Happening.START);
    happenings.stream().filter(h -> h != Happening.START).forEach(machine::happens);
    if (machine.call.isOver() && !machine.call.isCancelled()) {
      assertThat(machine.outcomes).hasSize(1);
    }
    machine.happens(Happening.CANCEL);

    assertThat(machine.outcomes).hasSizeLessThanOrEqualTo(1);
    assertThat(machine.started).hasSizeLessThanOrEqualTo(attempts);
    assertThat(new HashSet<>(machine.started)).hasSameSizeAs(machine.started);
    assertThat(machine.inFlightAtOnce).isLessThanOrEqualTo(1 + hedges);
    assertThat(machine.call.isOver()).isTrue();
    assertThat(machine.started)
        .allSatisfy(
            attempt -> {
              assertThat(attempt.isOver()).isTrue();
              assertThat(attempt.endpoint().load().inFlight()).isZero();
            });
    if (post && idempotentOnly) {
      for (int i = 0; i + 1 < machine.started.size(); i++) {
        assertThat(machine.started.get(i).sent()).isFalse();
      }
    }
    assertThat(ends.attempts).isLessThanOrEqualTo(attempts);
    if (troubled) {
      assertThat(ends.attempts).isGreaterThanOrEqualTo(machine.started.size());
    } else {
      assertThat(ends.attempts).isEqualTo(machine.started.size());
    }
    assertThat(ends.calls).isEqualTo(1);
  }

  /** Something happens to one of the calls. */
  record Turn(int call, Happening what) {}

  @Provide
  Arbitrary<List<Turn>> turns() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 5), Arbitraries.of(Happening.class))
        .as(Turn::new)
        .list()
        .ofMaxSize(80);
  }

  @Property(tries = 1_000)
  void ofManyCallsNoMoreAreInFlightThanMayBeAndNoPlaceIsLost(
      @ForAll("turns") List<Turn> turns,
      @ForAll @IntRange(min = 1, max = 3) int most,
      @ForAll @IntRange(min = 0, max = 2) int pending) {
    MeshUnderTest mesh =
        mesh(CallObserver.NONE, 3, false, true, 1)
            .policy(
                """
                kind: ConcurrencyLimit
                metadata: {name: limit}
                spec: {to: {service: stock}, conf: {maxConcurrent: %d, maxPending: %d}}
                ---
                kind: CircuitBreaker
                metadata: {name: fuse}
                spec: {to: {service: stock}, conf: {failureRateThreshold: 100, window: {calls: 2}, permittedCallsInHalfOpen: 2, waitDurationInOpenState: 1s}}
                ---
                kind: OutlierDetection
                metadata: {name: outliers}
                spec: {to: {service: stock}, conf: {consecutive5xx: 1}}
                """
                    .formatted(most, pending));
    List<Machine> machines = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      machines.add(new Machine(mesh, FakeRequest.get("/")));
      machines.get(i).happens(Happening.START);
    }

    for (Turn turn : turns) {
      Machine machine = machines.get(turn.call());
      if (turn.what() == Happening.START) {
        if (machine.call.isOver()) {
          machine = new Machine(mesh, FakeRequest.get("/"), machine.now);
          machines.set(turn.call(), machine);
          machine.happens(Happening.START);
        }
      } else {
        machine.happens(turn.what());
      }
      assertThat(machines.stream().filter(Machine::isFlying).count()).isLessThanOrEqualTo(most);
    }

    machines.forEach(machine -> machine.happens(Happening.CANCEL));
    // Much later, when an open breaker lets calls find out.
    for (int i = 0; i < most; i++) {
      Machine last = new Machine(mesh, FakeRequest.get("/"), Duration.ofHours(1).toNanos());
      last.happens(Happening.START);
      last.happens(Happening.OK);
      assertThat(last.outcomes).containsExactly("commit");
    }
  }

  @Property
  void aPauseStaysWithinItsBounds(
      @ForAll @LongRange(min = 0, max = 100_000_000_000L) long base,
      @ForAll @LongRange(min = 0, max = 100_000_000_000L) long more,
      @ForAll @IntRange(min = 1, max = 100) int retry,
      @ForAll long seed) {
    long max = base + more;

    long pause = new Backoff(base, max).beforeRetry(retry, new Random(seed));

    double ceiling = Math.min((double) max, base * Math.pow(2, retry - 1));
    assertThat(pause).isNotNegative().isLessThanOrEqualTo((long) ceiling);
  }

  @Property
  void aBudgetIsNeverExceeded(
      @ForAll @Size(max = 300) List<Boolean> retries,
      @ForAll @IntRange(min = 0, max = 100) int percent,
      @ForAll @IntRange(min = 0, max = 3) int minPerSecond,
      @ForAll @LongRange(min = -20_000_000_000L, max = 20_000_000_000L) long now) {
    RetryBudget budget = new RetryBudget();
    BudgetLimit limit = new BudgetLimit(percent / 100.0, minPerSecond);
    int calls = 0;
    int granted = 0;

    for (boolean retry : retries) {
      if (retry) {
        granted += budget.tryRetry(limit, now) ? 1 : 0;
      } else {
        budget.called(now);
        calls++;
      }
      // The window is ten seconds.
      assertThat((double) granted)
          .isLessThanOrEqualTo(Math.max(minPerSecond * 10, calls * percent / 100.0));
    }
  }

  @Property(tries = 50)
  void weightedInstancesGetTheirShareInEveryRound(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 20) Integer> weights,
      @ForAll @IntRange(min = 1, max = 3) int rounds) {
    Shop shop = new Shop();
    for (int i = 0; i < weights.size(); i++) {
      shop.mesh.instance("stock", MeshUnderTest.instance("i" + i).setWeight(weights.get(i)));
    }
    shop.policy(
        """
        kind: LoadBalancer
        metadata: {name: round}
        spec: {to: {service: stock}, conf: {algorithm: ROUND_ROBIN}}
        """);
    int[] reached = new int[weights.size()];
    int round = weights.stream().mapToInt(Integer::intValue).sum();

    for (int i = 0; i < round * rounds; i++) {
      reached[Integer.parseInt(shop.get("/").sentTo().substring(1))]++;
    }

    for (int i = 0; i < reached.length; i++) {
      assertThat(reached[i]).isEqualTo(weights.get(i) * rounds);
    }
  }

  private static MeshUnderTest mesh(
      CallObserver observer, int attempts, boolean idempotentOnly, boolean paused, int hedges) {
    return new MeshUnderTest(observer, Deadlines.NONE)
        .service("stock", "a", "b", "c")
        .policy(
            """
            kind: Retry
            metadata: {name: again}
            spec:
              to: {service: stock}
              conf: {attempts: %d, on: [5xx], idempotentOnly: %s, perTryTimeout: 200ms, backoff: {base: %s, max: 1s}, hedge: {delay: 50ms, max: %d}}
            ---
            kind: Timeout
            metadata: {name: brief}
            spec: {to: {service: stock}, conf: {request: 5s, idle: 1s}}
            """
                .formatted(attempts, idempotentOnly, paused ? "100ms" : "0s", hedges));
  }

  /** Counts what has ended. */
  private static final class Ends implements CallObserver {
    private int attempts;
    private int calls;

    @Override
    public void attemptEnded(Attempt attempt) {
      attempts++;
    }

    @Override
    public void callEnded(OutboundCall call) {
      calls++;
    }
  }

  /** A call driven by hand, with a record of all it asked for. */
  private static final class Machine implements Effects {
    private final MeshUnderTest mesh;
    private final OutboundCall call;
    private final List<Attempt> started = new ArrayList<>();
    private final Set<Attempt> running = new HashSet<>();
    private final List<String> outcomes = new ArrayList<>();
    private int inFlightAtOnce;
    private long now = -1_000_000_000L;

    Machine(MeshUnderTest mesh, FakeRequest request, long now) {
      this(mesh, request);
      this.now = now;
    }

    Machine(MeshUnderTest mesh, FakeRequest request) {
      this.mesh = mesh;
      this.call = mesh.mesh().call(mesh.mesh().destination("stock", -1), request);
    }

    /** Whether a request of it may be on its way. */
    boolean isFlying() {
      return !call.isOver() && !started.isEmpty();
    }

    void happens(Happening happening) {
      now += 1_000_000;
      switch (happening) {
        case START -> call.start(now, this);
        case WAKE -> call.wake(now, this);
        case CANCEL -> call.cancelled(now, this);
        case REQUEST_RINGS -> call.timer(Timer.REQUEST, now, this);
        case PER_TRY_RINGS -> call.timer(Timer.PER_TRY, now, this);
        case BACKOFF_RINGS -> call.timer(Timer.BACKOFF, now, this);
        case IDLE_RINGS -> call.timer(Timer.IDLE, now, this);
        case HEDGE_RINGS -> call.timer(Timer.HEDGE, now, this);
        case FAULT_RINGS -> call.timer(Timer.FAULT, now, this);
        case TIME_PASSES -> now += 1_500_000_000L;
        case PUSH -> mesh.push();
        default -> {
          if (!started.isEmpty()) {
            ofAttempt(happening);
          }
        }
      }
    }

    private void ofAttempt(Happening happening) {
      Attempt newest = started.get(started.size() - 1);
      Attempt oldest = started.get(0);
      switch (happening) {
        case SENT -> call.sent(newest);
        case OK -> call.head(newest, Reply.status(200).head(), now, this);
        case UNAVAILABLE -> call.head(newest, Reply.status(503).head(), now, this);
        case STREAM ->
            call.head(
                newest,
                Reply.status(200).header("content-type", "text/event-stream").head(),
                now,
                this);
        case CONNECT_FAILED -> failed(newest, Failure.CONNECT);
        case RESET -> failed(newest, Failure.RESET);
        case TIMED_OUT -> failed(newest, Failure.TIMEOUT);
        case OLD_HEAD -> call.head(oldest, Reply.status(200).head(), now, this);
        case OLD_FAILURE -> failed(oldest, Failure.CONNECT);
        case OLD_END -> call.end(oldest, now, this);
        case PROGRESS -> call.progress(newest, now);
        case END -> call.end(newest, now, this);
        default -> throw new AssertionError(happening);
      }
    }

    private void failed(Attempt attempt, Failure why) {
      running.remove(attempt);
      call.failed(attempt, why, now, this);
    }

    @Override
    public void start(Attempt attempt) {
      running.removeIf(Attempt::isOver);
      started.add(attempt);
      running.add(attempt);
      inFlightAtOnce = Math.max(inFlightAtOnce, running.size());
    }

    @Override
    public void cancel(Attempt attempt) {
      assertThat(running.remove(attempt)).isTrue();
    }

    @Override
    public void arm(Timer timer, long atNanos) {
      assertThat(atNanos - now).isBetween(0L, Duration.ofSeconds(10).toNanos());
    }

    @Override
    public void disarm(Timer timer) {}

    @Override
    public void park(long untilNanos) {}

    @Override
    public void commit(Attempt attempt) {
      outcomes.add("commit");
    }

    @Override
    public void breakOff(Attempt attempt, MeshAnswer why) {
      assertThat(outcomes).containsExactly("commit");
      assertThat(running.remove(attempt)).isTrue();
    }

    @Override
    public void answer(MeshAnswer answer) {
      outcomes.add("answer");
    }

    @Override
    public void rethrow(Attempt attempt) {
      outcomes.add("rethrow");
    }
  }
}
