package io.weft.it.trouble;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.it.process.Admin;
import io.weft.it.process.ControlService;
import io.weft.it.process.JavaProcess;
import io.weft.it.trouble.app.MoodyServer;
import io.weft.it.trouble.app.SteadyCaller;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * One service calls another of five instances at a steady rate, come what may; and come it does.
 * What is compared are counts, and latencies with each other, never with a clock.
 */
@TestInstance(Lifecycle.PER_CLASS)
class TroubleIT {
  private static final int INSTANCES = 5;
  private static final int PER_SECOND = 100;
  private static final int CALLS = 500;

  private final List<Instance> instances = new ArrayList<>();
  private final List<String> applied = new ArrayList<>();
  private final AtomicInteger orders = new AtomicInteger();
  private ControlService control;
  private Admin admin;
  private JavaProcess caller;
  private Path folder;

  /** What came of the calls of a round. */
  private record Round(long p99, int ok, String outcomes) {}

  private final class Instance {
    private final JavaProcess process =
        JavaProcess.of("callee")
            .agent("")
            .env(control.agentEnvironment(folder))
            .env("OTEL_TRACES_EXPORTER", "none")
            .env("WEFT_SERVICE", "callee")
            .main(List.of(testClasses()), MoodyServer.class.getName())
            .start();

    void mood(int failing, int slow, int millis) {
      int order = orders.incrementAndGet();
      process.send(order + " mood " + failing + " " + slow + " " + millis);
      process.awaitLine("^MOOD " + order + "$");
    }

    int served() {
      int order = orders.incrementAndGet();
      process.send(order + " served");
      return Integer.parseInt(process.awaitLine("^SERVED " + order + " (\\d+)$").group(1));
    }
  }

  @BeforeAll
  void start(@TempDir Path temporary) {
    folder = temporary;
    control = ControlService.embedded(folder);
    admin = control.admin();
    caller =
        JavaProcess.of("caller")
            .agent("")
            .env(control.agentEnvironment(folder))
            .env("OTEL_TRACES_EXPORTER", "none")
            .env("WEFT_SERVICE", "caller")
            .main(List.of(testClasses()), SteadyCaller.class.getName(), "http://callee/")
            .start();
    for (int i = 0; i < INSTANCES; i++) {
      instances.add(new Instance());
    }
    caller.awaitLine("^ready$");
    instances.forEach(instance -> instance.process.awaitLine("serving on port"));
    allCalled();
  }

  @AfterEach
  void recover() {
    instances.forEach(instance -> instance.mood(0, 0, 0));
    applied.forEach(kind -> admin.delete(kind, "default", "callee"));
    applied.clear();
    allCalled();
  }

  @AfterAll
  void end() {
    caller.close();
    instances.forEach(instance -> instance.process.close());
    control.close();
  }

  @Test
  void in_a_brownout_the_slow_instance_is_spared() {
    policy("LoadBalancer", "{algorithm: PEAK_EWMA}");
    instances.get(0).mood(0, 100, 500);
    run(CALLS);
    counted();

    Round round = run(CALLS);

    List<Integer> served = counted();
    assertThat(round.ok()).as(round.outcomes()).isEqualTo(CALLS);
    // A fifth would be its share.
    assertThat(served.get(0)).as("%s", served).isLessThan(CALLS / INSTANCES / 3);
  }

  @Test
  void of_a_flapping_instance_callers_feel_nothing() {
    policy("Retry", "{attempts: 3, on: [5xx]}");
    policy(
        "OutlierDetection",
        "{consecutive5xx: 3, interval: 1s, baseEjectionTime: 5s, maxEjectionPercent: 40}");
    counted();
    Instance flapping = instances.get(0);

    int ok = 0;
    for (int i = 0; i < 10; i++) {
      flapping.mood(i % 2 == 0 ? 100 : 0, 0, 0);
      ok += run(PER_SECOND).ok();
    }

    assertThat(ok).isEqualTo(10 * PER_SECOND);
    List<Integer> served = counted();
    // A fifth would be its share.
    assertThat(served.get(0)).as("%s", served).isLessThan(PER_SECOND);
  }

  @Test
  void when_all_fail_retries_add_a_fifth_at_most_and_when_they_are_back_all_is_well_at_once() {
    policy("Retry", "{attempts: 4, on: [5xx], backoff: {base: 5ms, max: 10ms}}");
    // So that the budget's window holds calls of this rate alone.
    run(10 * PER_SECOND);
    counted();

    instances.forEach(instance -> instance.mood(100, 0, 0));
    Round down = run(CALLS);

    int load = counted().stream().mapToInt(Integer::intValue).sum();
    assertThat(down.ok()).isZero();
    // A fifth of the calls of ten seconds may be retries; half of these seconds were before.
    assertThat(load).isBetween(CALLS + 1, CALLS + 2 * CALLS / 5);

    Round still = run(CALLS);
    int later = counted().stream().mapToInt(Integer::intValue).sum();
    assertThat(still.ok()).isZero();
    assertThat(later).isLessThanOrEqualTo(CALLS + CALLS / 5 + PER_SECOND / 5);

    instances.forEach(instance -> instance.mood(0, 0, 0));
    Round back = run(CALLS);
    assertThat(back.ok()).as(back.outcomes()).isEqualTo(CALLS);
    assertThat(counted().stream().mapToInt(Integer::intValue).sum()).isEqualTo(CALLS);
  }

  @Test
  void an_open_breaker_lets_a_service_recover_and_closes_when_it_has() {
    policy(
        "CircuitBreaker",
        "{failureRateThreshold: 50, minimumCalls: 20, window: {calls: 20},"
            + " waitDurationInOpenState: 1s, permittedCallsInHalfOpen: 5}");
    instances.forEach(instance -> instance.mood(100, 0, 0));
    run(PER_SECOND);
    counted();

    run(CALLS);

    // Five seconds, of which each lets five calls through.
    assertThat(counted().stream().mapToInt(Integer::intValue).sum()).isLessThan(CALLS / 5);
    instances.forEach(instance -> instance.mood(0, 0, 0));
    eventually().until(() -> run(PER_SECOND).ok() == PER_SECOND);
  }

  @Test
  void hedging_halves_the_99th_percentile_of_a_slow_tail_for_few_requests_more() {
    instances.forEach(instance -> instance.mood(0, 2, 1_000));
    counted();
    Round plain = run(CALLS);
    assertThat(counted().stream().mapToInt(Integer::intValue).sum()).isEqualTo(CALLS);
    policy("Retry", "{attempts: 2, on: [5xx], hedge: {delay: 200ms}, budget: {percent: 5}}");
    counted();

    Round hedged = run(CALLS);

    int requests = counted().stream().mapToInt(Integer::intValue).sum();
    assertThat(hedged.ok()).as(hedged.outcomes()).isEqualTo(CALLS);
    assertThat(hedged.p99()).as("%s, and %s without", hedged, plain).isLessThan(plain.p99() / 2);
    assertThat(requests).isBetween(CALLS + 1, CALLS + CALLS / 20);
  }

  @Test
  void every_instance_is_replaced_under_load_and_no_call_fails() {
    CompletableFuture<Void> over = new CompletableFuture<>();
    List<Round> rounds = new ArrayList<>();
    CompletableFuture<Void> load =
        CompletableFuture.runAsync(
            () -> {
              while (!over.isDone()) {
                rounds.add(run(PER_SECOND));
              }
            });
    for (int i = 0; i < INSTANCES; i++) {
      Instance before = instances.get(i);
      Instance next = new Instance();
      instances.set(i, next);
      next.process.awaitLine("serving on port");
      eventually().until(() -> isKnown(next));
      before.process.stop();
    }
    over.complete(null);
    load.join();

    assertThat(rounds).allSatisfy(round -> assertThat(round.ok()).isEqualTo(PER_SECOND));
  }

  private void policy(String kind, String conf) {
    long generation =
        admin.apply(
            """
            apiVersion: weft.io/v1
            kind: %s
            metadata: {name: callee}
            spec: {to: {service: callee}, conf: %s}
            """
                .formatted(kind, conf));
    applied.add(kind);
    eventually().until(() -> admin.agent(caller).path("generation").asLong() >= generation);
  }

  private Round run(int calls) {
    int order = orders.incrementAndGet();
    caller.send(order + " run " + PER_SECOND + " " + calls);
    Matcher ran = caller.awaitLine("^RAN " + order + " p50=(\\d+) p99=(\\d+) \\{(.*)\\}$");
    Matcher ok = Pattern.compile("200=(\\d+)").matcher(ran.group(3));
    return new Round(
        Long.parseLong(ran.group(2)), ok.find() ? Integer.parseInt(ok.group(1)) : 0, ran.group(3));
  }

  /** Requests that each instance has had since they were counted last. */
  private List<Integer> counted() {
    return instances.stream().map(Instance::served).toList();
  }

  private void allCalled() {
    counted();
    eventually().until(() -> run(PER_SECOND).ok() == PER_SECOND && !counted().contains(0));
  }

  private boolean isKnown(Instance instance) {
    return admin.agent(instance.process).path("ports").size() == 1;
  }

  private static Path testClasses() {
    return Path.of("target/test-classes").toAbsolutePath();
  }

  private static ConditionFactory eventually() {
    return await().atMost(60, SECONDS);
  }
}
