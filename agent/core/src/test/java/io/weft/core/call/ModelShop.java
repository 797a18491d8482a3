package io.weft.core.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.core.MeshUnderTest;
import io.weft.core.breaker.BreakerRule;
import io.weft.core.breaker.CircuitBreaker;
import io.weft.core.config.Destination;
import io.weft.core.endpoint.EndpointLoad;
import io.weft.core.limit.ConcurrencyLimit;
import io.weft.core.limit.LimitRule;
import io.weft.core.retry.BudgetLimit;
import io.weft.core.retry.RetryPolicy;
import io.weft.core.route.RouteTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A service, its policies and its callers, all by chance out of one seed; and the laws that hold
 * for its calls. What breaks one is noted, as drivers and observers rightly let no error through.
 */
final class ModelShop implements CallObserver {
  private static final Duration A_WHILE = Duration.ofMinutes(2);
  private static final int AT_ONCE = 6;
  private static final int BUDGET_SECONDS = 10;

  private final FakeTime time = new FakeTime();
  private final RandomGenerator chance;
  private final Work work = new Work();
  private final MeshUnderTest mesh;
  private final List<ModelCall> live = new ArrayList<>();
  private final TreeMap<Long, Integer> callsBySecond = new TreeMap<>();
  private final TreeMap<Long, Integer> retriesBySecond = new TreeMap<>();
  private final IdentityHashMap<OutboundCall, Integer> openAttempts = new IdentityHashMap<>();
  private final IdentityHashMap<Attempt, Boolean> openByAttempt = new IdentityHashMap<>();
  private final IdentityHashMap<EndpointLoad, Integer> inFlight = new IdentityHashMap<>();
  private final Set<ConcurrencyLimit> limits = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<CircuitBreaker> breakers = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<String> broken = new ArrayList<>();
  private final boolean late;
  private final boolean pauses;

  ModelShop(long seed) {
    chance = new SplittableRandom(seed);
    mesh = new MeshUnderTest(this, work, new SplittableRandom(chance.nextLong()));
    late = chance.nextBoolean();
    pauses = chance.nextBoolean();
    if (chance.nextInt(5) == 0) {
      // Names come first, and calls wait for the rest.
      mesh.mesh()
          .dataPlane()
          .apply(List.of(MeshUnderTest.names(List.of("stock", "copy"))), List.of());
      for (int i = 0; i < 3; i++) {
        call();
        time.pass(Duration.ofMillis(chance.nextInt(800)));
      }
    }
    mesh.service("copy", "z");
    mesh.service("stock", chance.nextInt(8) == 0 ? new String[0] : new String[] {"a", "b", "c"});
    if (chance.nextInt(3) == 0) {
      mesh.instance("stock", MeshUnderTest.instance("a").setZone(MeshUnderTest.ZONE));
    }
    mesh.policy(policies());
    check();
  }

  /** Lets so many calls happen, and checks all laws at every step. */
  void live(int calls) {
    for (int made = 0; made < calls || !live.isEmpty(); ) {
      switch (chance.nextInt(20)) {
        case 0, 1, 2, 3, 4 -> {
          if (made < calls && live.size() < AT_ONCE) {
            call();
            made++;
          }
        }
        case 5 -> time.pass(Duration.ofMillis(chance.nextInt(10)));
        case 6 -> time.pass(Duration.ofMillis(chance.nextInt(200)));
        case 7 -> time.pass(Duration.ofMillis(chance.nextInt(2_500)));
        case 8 -> any(ModelCall::cancel);
        case 9 -> {
          if (chance.nextInt(40) == 0) {
            mesh.policy(policies());
          } else if (chance.nextInt(10) == 0) {
            instances();
          }
        }
        default -> any(ModelCall::happen);
      }
      time.settle();
      check();
      live.removeIf(ModelCall::isDone);
    }
    time.pass(A_WHILE);
    check();
    assertThat(time.armed()).as("alarms left").isZero();
    assertThat(openAttempts).as("calls that never ended").isEmpty();
    assertThat(openByAttempt).as("attempts that never ended").isEmpty();
    assertThat(inFlight.keySet())
        .allSatisfy(load -> assertThat(load.inFlight()).as("places left taken").isZero());
    assertThat(limits)
        .allSatisfy(
            limit -> assertThat(limit.look().says()).startsWith("0 of ").doesNotContain("waiting"));
    assertThat(breakers).allSatisfy(breaker -> assertThat(breaker.look(now()).refuses()).isFalse());
    assertThat(limitSays()).as("places of the limit").startsWith("0 of ").doesNotContain("waiting");
  }

  private String limitSays() {
    RouteTable routes = Objects.requireNonNull(mesh.mesh().destination("stock", -1).routes());
    return Objects.requireNonNull(routes.rule(0).limit()).limit().look().says();
  }

  private void call() {
    work.begin();
    live.add(ModelCall.of(this, request()));
    work.finish();
    time.settle();
  }

  /** A copy of a request is a call as any other. */
  void mirror(Destination to, OutboundRequest request) {
    live.add(ModelCall.of(this, to, request));
  }

  private void any(Consumer<ModelCall> what) {
    if (!live.isEmpty()) {
      what.accept(live.get(chance.nextInt(live.size())));
    }
  }

  private void instances() {
    String uid = List.of("a", "b", "c").get(chance.nextInt(3));
    if (chance.nextBoolean()) {
      mesh.without("stock", uid);
    } else {
      mesh.service("stock", uid);
    }
  }

  RandomGenerator chance() {
    return chance;
  }

  MeshUnderTest mesh() {
    return mesh;
  }

  long now() {
    return time.nanoTime();
  }

  /** Time in which alarms may ring a little late, as those of a busy machine do. */
  Alarms alarms() {
    return new Alarms() {
      @Override
      public long nanoTime() {
        return time.nanoTime();
      }

      @Override
      public Alarm at(long nanoTime, Runnable ring) {
        return time.at(late ? nanoTime + chance.nextInt(20_000_000) : nanoTime, ring);
      }
    };
  }

  /** How much later than at its time an alarm may ring. */
  long lateness() {
    return late ? 20_000_000 : 0;
  }

  // Laws

  /** Something must hold. */
  void law(boolean holds, String law) {
    if (!holds) {
      broken.add(law);
    }
  }

  private void check() {
    live.forEach(ModelCall::check);
    inFlight.forEach(
        (load, count) -> law(load.inFlight() == count, "an endpoint knows what is in flight"));
    law(mesh.mesh().faults().counted() == 0, "the agent has no fault");
    assertThat(broken).isEmpty();
  }

  @Override
  public void callStarted(OutboundCall call) {
    law(openAttempts.put(call, 0) == null, "a call starts once");
    if (isBudgeted(call)) {
      callsBySecond.merge(second(), 1, Integer::sum);
    }
  }

  @Override
  public void attemptStarted(Attempt attempt) {
    OutboundCall call = attempt.call();
    law(openByAttempt.put(attempt, true) == null, "an attempt starts once");
    openAttempts.merge(call, 1, Integer::sum);
    inFlight.merge(attempt.endpoint().load(), 1, Integer::sum);
    RetryPolicy policy = attempt.retryPolicy();
    law(attempt.number() <= policy.attempts(), "no more attempts than allowed");
    law(!call.isCancelled() && call.answer() == null, "no attempt once a call is over");
    law(
        !call.isBounded() || call.deadlineNanos() - now() > 0,
        "no attempt once the time of a call is up");
    for (Attempt of = attempt.previous(); of != null && attempt.isHedge(); of = of.previous()) {
      law(!of.endpoint().equals(attempt.endpoint()), "a hedge goes where the call has not been");
    }
    if (attempt.number() > 1) {
      law(call.request().replayable(), "only what is kept is sent again");
      retried(call, policy);
    }
  }

  private void retried(OutboundCall call, RetryPolicy policy) {
    if (!isBudgeted(call)) {
      return;
    }
    long second = second();
    retriesBySecond.merge(second, 1, Integer::sum);
    // Of one that paused only its call knows when it was granted.
    if (!pauses && !policy.budget().equals(BudgetLimit.UNLIMITED)) {
      // A call that waited for its config counts up to a second later than it began.
      double allowed =
          Math.max(
              policy.budget().minPerSecond() * (double) BUDGET_SECONDS,
              policy.budget().share() * sum(callsBySecond, second - BUDGET_SECONDS));
      law(
          sum(retriesBySecond, second - BUDGET_SECONDS + 1) <= allowed,
          "no more retries than the budget has");
    }
  }

  private static int sum(NavigableMap<Long, Integer> counts, long from) {
    return counts.tailMap(from).values().stream().mapToInt(Integer::intValue).sum();
  }

  private boolean isBudgeted(OutboundCall call) {
    return call.destination().service().name().equals("stock");
  }

  private long second() {
    return Math.floorDiv(now(), 1_000_000_000L);
  }

  @Override
  public void attemptEnded(Attempt attempt) {
    law(openByAttempt.remove(attempt) != null, "an attempt that has started ends, and once");
    openAttempts.merge(attempt.call(), -1, Integer::sum);
    inFlight.merge(attempt.endpoint().load(), -1, Integer::sum);
  }

  @Override
  public void callEnded(OutboundCall call) {
    if (call.isRouted()) {
      LimitRule limit = call.rule().limit();
      BreakerRule breaker = call.rule().breaker();
      if (limit != null) {
        limits.add(limit.limit());
      }
      if (breaker != null) {
        breakers.add(breaker.breaker());
      }
    }
    Integer open = openAttempts.remove(call);
    law(open != null, "a call that has started ends, and once");
    law(open != null && open == 0, "a call ends when its attempts have");
  }

  // Chance

  private FakeRequest request() {
    FakeRequest request =
        switch (chance.nextInt(6)) {
          case 0, 1 -> FakeRequest.post("/items");
          case 2 -> FakeRequest.grpc();
          default -> FakeRequest.get("/items/" + chance.nextInt(10));
        };
    if (chance.nextInt(4) == 0) {
      request.header("idempotency-key", "k");
    }
    if (chance.nextInt(4) == 0) {
      request.header("x-session", List.of("a", "b", "gone").get(chance.nextInt(3)));
    }
    if (chance.nextInt(8) == 0) {
      request.oneShot();
    }
    return chance.nextInt(10) == 0 ? request.endless() : request;
  }

  private String policies() {
    return """
        kind: Route
        metadata: {name: stock}
        spec:
          to: {service: stock}
          conf:
            rules:
            - matches: [{path: {type: Exact, value: /items/1}}]
              filters: [{redirect: {host: elsewhere}}]
            - name: main
              matches: [{path: {value: /}}]
              %s
              backends: [{service: stock, weight: 9}, {service: copy, weight: %d}]
              filters: [{requestMirror: {service: copy, percent: %d}}]
        ---
        kind: Timeout
        metadata: {name: brief}
        spec: {to: {service: stock}, conf: {request: %s, perTry: %s, idle: %s}}
        ---
        kind: Retry
        metadata: {name: again}
        spec:
          to: {service: stock}
          conf:
            attempts: %d
            on: %s
            perTryTimeout: %s
            backoff: {base: %s, max: %s}
            idempotentOnly: %s
            honourRetryAfter: %s
            attemptsIfRetried: %d
            budget: %s
            hedge: %s
        ---
        kind: LoadBalancer
        metadata: {name: choice}
        spec: {to: {service: stock}, conf: {algorithm: %s, hash: [{by: path}]%s}}
        ---
        kind: Fault
        metadata: {name: trouble}
        spec:
          to: {service: stock}
          mode: %s
          conf:
            delay: {fixed: %s, percent: %d}
            abort: {httpStatus: %d, percent: %d}
        ---
        kind: CircuitBreaker
        metadata: {name: fuse}
        spec:
          to: {service: stock}
          mode: %s
          conf: {window: {%s}, minimumCalls: 4, waitDurationInOpenState: 1s, permittedCallsInHalfOpen: 2}
        ---
        kind: ConcurrencyLimit
        metadata: {name: limit}
        spec:
          to: {service: stock}
          mode: %s
          conf: {%s, maxPending: %d, maxWait: 500ms}
        ---
        kind: OutlierDetection
        metadata: {name: outliers}
        spec:
          to: {service: stock}
          mode: %s
          conf: {consecutive5xx: 2, baseEjectionTime: 500ms, maxEjectionPercent: %d}
        """
        .formatted(
            one("sessionPersistence: {type: Header, sessionName: x-session}", ""),
            chance.nextInt(2),
            one(0, 50, 100),
            one("0s", "500ms", "2s", "1m"),
            one("0s", "0s", "300ms"),
            one("0s", "1s"),
            1 + chance.nextInt(5),
            one("[5xx]", "[gateway-error]", "[connect-failure, refused-stream]", "[]"),
            one("0s", "200ms"),
            pauses ? "50ms" : "0s",
            pauses ? "1s" : "0s",
            chance.nextBoolean(),
            pauses,
            1 + chance.nextInt(3),
            one("{}", "{percent: 20, minPerSecond: 1}", "{percent: 100}", "{minPerSecond: 2}"),
            one(
                "{delay: 50ms, max: 0}",
                "{delay: 50ms, max: 1}",
                "{delay: 20ms, max: 3}",
                "{percentile: 90, max: 2}"),
            one("LEAST_REQUEST", "ROUND_ROBIN", "RANDOM", "PEAK_EWMA", "RING_HASH", "MAGLEV"),
            one("", ", locality: {overflowPercent: 30, failover: [eu-1b]}"),
            one("enforce", "enforce", "shadow"),
            one("10ms", "400ms"),
            one(0, 0, 30, 100),
            one(503, 404),
            one(0, 0, 30),
            one("enforce", "shadow"),
            one("calls: 10", "calls: 100", "time: 2s"),
            one("enforce", "enforce", "shadow"),
            one("maxConcurrent: 2", "maxConcurrent: 5", "adaptive: {min: 1, max: 6}"),
            one(0, 2),
            one("enforce", "enforce", "shadow"),
            one(34, 100));
  }

  @SafeVarargs
  private <T> T one(T... of) {
    return of[chance.nextInt(of.length)];
  }

  /** What the next call is made for: a request with a deadline or without, tried before or not. */
  private final class Work implements Deadlines {
    private @Nullable Long deadline;
    private int attempt = 1;

    void begin() {
      deadline = chance.nextInt(3) == 0 ? now() + chance.nextInt(-10_000_000, 1_000_000_000) : null;
      attempt = 1 + chance.nextInt(2);
    }

    void finish() {
      deadline = null;
      attempt = 1;
    }

    @Override
    public int attempt() {
      return attempt;
    }

    @Override
    public boolean hasDeadline() {
      return deadline != null;
    }

    @Override
    public long deadlineNanos() {
      if (deadline == null) {
        throw new IllegalStateException("no deadline");
      }
      return deadline;
    }
  }
}
