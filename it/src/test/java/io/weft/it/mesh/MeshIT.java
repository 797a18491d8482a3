package io.weft.it.mesh;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weft.it.mesh.Shop.Receipt;
import io.weft.it.process.ControlService;
import io.weft.it.process.Etcd;
import io.weft.it.process.Jaeger;
import io.weft.it.process.JavaProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A shop in the mesh, policies in etcd, traces in Jaeger, two controls. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MeshIT {
  private static final String ALL_TO_V1 =
      "{name: all, backends: [{service: stock, labels: {version: v1}}]}";
  private static final String ALL_TO_V2 =
      "{name: all, backends: [{service: stock, labels: {version: v2}}]}";

  private static final String STOCK =
      """
      apiVersion: weft.io/v1
      kind: Route
      metadata: {name: stock}
      spec:
        to: {service: stock}
        conf: {rules: [%s]}
      """;

  private Etcd etcd;
  private Jaeger jaeger;
  private ControlService control;
  private ControlService replica;
  private Shop shop;
  private Policies policies;

  @BeforeAll
  void open(@TempDir Path folder) {
    etcd = Etcd.start();
    jaeger = Jaeger.start();
    control = ControlService.etcd(folder, etcd.endpoint());
    replica = ControlService.etcd(folder, etcd.endpoint());
    Map<String, String> environment = new HashMap<>(control.agentEnvironment(folder));
    environment.put("WEFT_CONTROL", control.address() + ";" + replica.address());
    environment.putAll(jaeger.exporterEnvironment());
    shop = new Shop(environment);
    policies = new Policies(etcd);
    eventually().until(() -> shop.order().ok());
  }

  @AfterEach
  void tidy() {
    policies.withdraw();
    shop.stockV1.mood(0, 0);
    shop.stockV2.mood(0, 0);
  }

  @AfterAll
  void end() {
    for (AutoCloseable part : new AutoCloseable[] {shop, replica, control, jaeger, etcd}) {
      try {
        if (part != null) {
          part.close();
        }
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void a_policy_put_into_etcd_is_obeyed_with_no_restart() {
    policies.routeStock(ALL_TO_V2);
    eventually().untilAsserted(() -> assertThat(versionsOf(10)).containsOnly("v2"));

    policies.routeStock(ALL_TO_V1);
    eventually().untilAsserted(() -> assertThat(versionsOf(10)).containsOnly("v1"));
  }

  @Test
  void one_trace_runs_from_the_storefront_to_the_last_service() {
    assertThat(shop.order().ok()).isTrue();

    eventually()
        .untilAsserted(
            () ->
                assertThat(jaeger.traces("storefront"))
                    .anySatisfy(
                        trace -> {
                          assertThat(trace.services())
                              .containsExactly("orders", "recommendations", "stock", "storefront");
                          assertThat(trace.spans())
                              .filteredOn(span -> span.parent().isEmpty())
                              .hasSize(1);
                          assertThat(trace.spans())
                              .allSatisfy(
                                  span ->
                                      assertThat(span.parent())
                                          .matches(
                                              parent ->
                                                  parent.isEmpty()
                                                      || trace.spans().stream()
                                                          .anyMatch(s -> s.id().equals(parent))));
                        }));
  }

  @Test
  void a_canary_gets_its_share() {
    policies.routeStock(
        """
        {name: canary, backends: [
          {service: stock, labels: {version: v1}, weight: 90},
          {service: stock, labels: {version: v2}, weight: 10}]}""");
    eventually().until(() -> versionsOf(20).contains("v2"));

    long canary = versionsOf(500).stream().filter("v2"::equals).count();

    // Mean 50, standard deviation 6.7: outside of six of them once in half a billion runs.
    assertThat(canary).isBetween(10L, 90L);
  }

  @Test
  void a_header_sends_testers_elsewhere() {
    policies.routeStock(
        """
        {name: testers, matches: [{headers: [{name: customer-group, value: testers}]}],
          backends: [{service: stock, labels: {version: v2}}]},
        """
            + ALL_TO_V1);
    eventually()
        .untilAsserted(
            () -> assertThat(shop.order("customer-group", "testers").version()).isEqualTo("v2"));

    assertThat(versionsOf(20)).containsOnly("v1");
    assertThat(
            IntStream.range(0, 20).mapToObj(i -> shop.order("customer-group", "testers").version()))
        .containsOnly("v2");
  }

  @Test
  void retries_hide_failures_and_each_is_a_span_that_names_its_policy() {
    policies.routeStock(ALL_TO_V2);
    eventually().untilAsserted(() -> assertThat(versionsOf(10)).containsOnly("v2"));
    shop.stockV2.mood(50, 0);
    eventually().until(() -> shop.order().status() == 503);

    policies.forStock(
        "Retry",
        "{attempts: 20, on: [grpc-codes], grpcCodes: [UNAVAILABLE], idempotentOnly: false,"
            + " budget: {minPerSecond: 1000}}");

    eventually().until(() -> ordersThatFailed(20) == 0);
    assertThat(ordersThatFailed(100)).isZero();
    eventually()
        .untilAsserted(
            () ->
                assertThat(jaeger.traces("storefront"))
                    .flatExtracting(Jaeger.Trace::spans)
                    .anySatisfy(
                        span -> {
                          assertThat(span.service()).isEqualTo("orders");
                          assertThat(span.tag("weft.attempt")).isEqualTo("2");
                          assertThat(span.tag("weft.policy.retry")).contains("default/stock");
                          assertThat(span.tag("weft.endpoint")).startsWith("stock-");
                          assertThat(Long.parseLong(span.tag("weft.generation"))).isPositive();
                        }));
  }

  @Test
  void instances_are_checked_by_grpc_and_used_all_the_same_where_none_knows_such_checks() {
    policies.forStock(
        "HealthCheck", "{grpc: {}, interval: 500ms, timeout: 500ms, unhealthyThreshold: 1}");

    // Over mutual TLS, in which nobody says more than that there is no such method.
    eventually()
        .untilAsserted(
            () ->
                assertThat(explained(control))
                    .contains(
                        "HealthCheck/default/stock finds it unhealthy: gRPC UNIMPLEMENTED, but too"
                            + " few would be left"));
    assertThat(ordersThatFailed(10)).isZero();
  }

  @Test
  void an_instance_that_fails_is_left_alone_and_when_all_fail_they_are_asked_all_the_same() {
    policies.forStock(
        "OutlierDetection", "{consecutive5xx: 3, baseEjectionTime: 1m, maxEjectionPercent: 100}");
    shop.stockV2.mood(100, 0);

    eventually().until(() -> ordersThatFailed(20) == 0);
    assertThat(ordersThatFailed(50)).isZero();

    shop.stockV1.mood(100, 0);
    assertThat(ordersThatFailed(20)).isEqualTo(20);
    shop.stockV1.mood(0, 0);
    shop.stockV2.mood(0, 0);

    assertThat(ordersThatFailed(50)).isZero();
  }

  @Test
  void calls_stay_in_their_zone_leave_it_when_its_instances_fail_and_come_back() {
    policies.forStock("LoadBalancer", "{algorithm: ROUND_ROBIN, locality: {failover: [eu-1b]}}");
    policies.forStock("OutlierDetection", "{consecutive5xx: 2, baseEjectionTime: 1s}");
    eventually().untilAsserted(() -> assertThat(versionsOf(20)).containsOnly("v1"));

    shop.stockV1.mood(100, 0);
    eventually().untilAsserted(() -> assertThat(versionsOf(5)).containsOnly("v2"));

    shop.stockV1.mood(0, 0);
    eventually().untilAsserted(() -> assertThat(versionsOf(20)).containsOnly("v1"));
  }

  @Test
  void a_slow_service_is_given_up_on_in_time() {
    policies.routeStock(ALL_TO_V2);
    shop.stockV2.mood(0, 3_000);
    policies.forStock("Timeout", "{request: 200ms}");

    eventually().until(() -> shop.order().status() == 504);
    Receipt receipt = shop.order();

    assertThat(receipt.status()).isEqualTo(504);
    assertThat(receipt.body()).contains("Timeout/default/stock");
  }

  @Test
  void a_killed_instance_is_routed_around() {
    policies.routeStock(ALL_TO_V1);
    policies.forStock("Retry", "{attempts: 3, on: [connect-failure, reset-before-request]}");
    eventually().untilAsserted(() -> assertThat(versionsOf(10)).containsOnly("v1"));
    try (var second = shop.stock("v1").awaitReady().process) {
      eventually().until(() -> warehouses(20).size() == 2);

      second.kill();

      assertThat(ordersThatFailed(50)).isLessThanOrEqualTo(1); // one may have been in its hands
      eventually().until(() -> warehouses(20).size() == 1);
      assertThat(ordersThatFailed(20)).isZero();
    }
  }

  @Test
  void an_instance_that_stops_in_peace_costs_no_call() throws Exception {
    policies.routeStock(ALL_TO_V1);
    eventually().untilAsserted(() -> assertThat(versionsOf(10)).containsOnly("v1"));
    try (var second = shop.stock("v1").awaitReady().process) {
      eventually().until(() -> warehouses(20).size() == 2);
      AtomicBoolean stopped = new AtomicBoolean();
      CompletableFuture<Long> failures =
          CompletableFuture.supplyAsync(
              () -> {
                long failed = 0;
                while (!stopped.get()) {
                  failed += ordersThatFailed(1);
                }
                return failed;
              });

      second.stop();
      stopped.set(true);

      assertThat(failures.get(30, SECONDS)).isZero();
      assertThat(warehouses(20)).hasSize(1);
    }
  }

  @Test
  void the_mesh_goes_on_without_etcd_and_follows_again_when_it_is_back() {
    policies.routeStock(ALL_TO_V1);
    eventually().untilAsserted(() -> assertThat(versionsOf(10)).containsOnly("v1"));
    etcd.pause();
    try {
      assertThat(versionsOf(50)).containsOnly("v1");
    } finally {
      etcd.resume();
    }

    policies.routeStock(ALL_TO_V2);
    eventually().untilAsserted(() -> assertThat(versionsOf(10)).containsOnly("v2"));
  }

  @Test
  void either_control_may_die_and_without_both_the_last_config_stands_even_after_a_restart() {
    policies.routeStock(ALL_TO_V1);
    eventually().untilAsserted(() -> assertThat(versionsOf(10)).containsOnly("v1"));

    control.process().kill();
    policies.routeStock(ALL_TO_V2);
    eventually().untilAsserted(() -> assertThat(versionsOf(10)).containsOnly("v2"));

    replica.process().kill();
    assertThat(versionsOf(50)).containsOnly("v2");
    shop.orders.awaitLine("\\[weft] WARN .*control");

    shop.restartOrders();
    // Its callers learn its new port when control is back; it knows the others all the same.
    assertThat(shop.orderAtTheDesk().version()).isEqualTo("v2");

    control.restart();
    replica.restart();
    eventually().untilAsserted(() -> assertThat(versionsOf(10)).containsOnly("v2"));
  }

  @Test
  void a_bad_document_in_etcd_changes_nothing_and_is_shown() {
    policies.routeStock(ALL_TO_V1);
    eventually().untilAsserted(() -> assertThat(versionsOf(10)).containsOnly("v1"));

    policies.put("Route", "stock", "apiVersion: weft.io/v1\nkind: Route\nspec: {rulez: []}\n");

    eventually()
        .untilAsserted(
            () -> assertThat(control.weft("status")).contains("Route/default/stock", "rulez"));
    assertThat(versionsOf(50)).containsOnly("v1");
  }

  @Test
  void apply_waits_until_all_agents_enforce_it_and_names_those_that_do_not(@TempDir Path folder)
      throws Exception {
    policies.routeStock(ALL_TO_V1);
    eventually().untilAsserted(() -> assertThat(versionsOf(10)).containsOnly("v1"));
    Path file = folder.resolve("stock.yaml");
    Files.writeString(file, STOCK.formatted(ALL_TO_V2));

    assertThat(control.weft("apply", "-f", file.toString(), "--wait"))
        .containsPattern("generation \\d+ is enforced by all 5 agents");
    assertThat(versionsOf(20)).containsOnly("v2");

    Files.writeString(file, STOCK.formatted(ALL_TO_V1));
    shop.orders.standStill();
    try (JavaProcess apply =
        control.start("apply", "-f", file.toString(), "--wait", "--timeout", "3s")) {
      assertThat(apply.awaitExit()).isEqualTo(1);
      assertThat(String.join("\n", apply.output()))
          .containsPattern(
              "default/orders at .*:" + shop.orders.pid() + " does not enforce generation \\d+")
          .containsPattern("after 3s not enforced by 1 of 5 agents");
    } finally {
      shop.orders.goOn();
    }
    assertThat(control.weft("apply", "-f", file.toString(), "--wait")).contains("all 5 agents");
  }

  @Test
  void explain_tells_what_both_sides_would_make_of_a_call_and_by_which_documents() {
    policies.routeStock(
        """
        {name: testers, matches: [{headers: [{name: customer-group, value: testers}]}],
          backends: [{service: stock, labels: {version: v2}}]},
        """
            + ALL_TO_V1);
    policies.put(
        "RateLimit",
        "calm",
        """
        apiVersion: weft.io/v1
        kind: RateLimit
        metadata: {name: calm}
        spec: {to: {service: stock}, conf: {limitForPeriod: 100000, limitRefreshPeriod: 1s}}
        """);
    eventually().untilAsserted(() -> assertThat(versionsOf(10)).containsOnly("v1"));

    // Either control answers, whichever the agents have turned to.
    for (ControlService each : List.of(control, replica)) {
      eventually()
          .untilAsserted(
              () ->
                  assertThat(explained(each))
                      .containsPattern("caller default/orders at .*:" + shop.orders.pid())
                      .containsPattern(
                          "Route +rule all +Route/default/stock, generation \\d+,"
                              + " spec.conf.rules\\[all]")
                      .contains("- rule testers: header customer-group is not testers")
                      .containsPattern("\\+ \\S+:\\d+ \\(version=v1\\): \\d+ in flight")
                      .containsPattern(
                          "mutual TLS +spiffe://weft.local/ns/default/sa/orders to"
                              + " spiffe://weft.local/ns/default/sa/stock")
                      .containsPattern("callee default/stock at .*:" + shop.stockV1.process.pid())
                      .containsPattern("RateLimit +100000 in 1s: not spent +RateLimit/default/calm")
                      .endsWith("It reaches the application."));
    }
  }

  @Test
  void explain_tells_the_whole_story_of_a_request_by_its_trace() {
    policies.routeStock(ALL_TO_V2);
    policies.forStock(
        "Retry",
        "{attempts: 20, on: [grpc-codes], grpcCodes: [UNAVAILABLE], idempotentOnly: false,"
            + " budget: {minPerSecond: 1000}}");
    eventually().untilAsserted(() -> assertThat(versionsOf(10)).containsOnly("v2"));
    shop.stockV2.mood(100, 0);
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    shop.order("traceparent", "00-" + trace + "-00f067aa0ba902b7-01");

    String story = control.weft("explain", trace);
    assertThat(story)
        .containsPattern(
            "default/storefront at \\S+:" + shop.storefront.pid() + " called default/orders")
        .containsPattern(
            "default/orders at \\S+:"
                + shop.orders.pid()
                + " served spiffe://weft.local/ns/default/sa/storefront")
        .containsPattern("default/orders at \\S+:" + shop.orders.pid() + " called default/stock")
        .containsPattern("Retry +up to 20 tries +Retry/default/stock, generation \\d+")
        .containsPattern("attempt 20 +\\S+ \\(version=v2\\) gRPC 14, from")
        .containsPattern(
            "default/stock at \\S+:"
                + shop.stockV2.process.pid()
                + " served spiffe://weft.local/ns/default/sa/orders");
  }

  private static String explained(ControlService by) {
    return by.weft("explain", "--from", "orders", "--to", "stock", "--grpc", "s.Stock/Reserve");
  }

  @Test
  void status_tells_who_runs_what() {
    policies.routeStock(ALL_TO_V1);
    eventually()
        .untilAsserted(
            () ->
                assertThat(replica.weft("status"))
                    .contains("storefront", "orders", "recommendations", "stock", "ACKED"));
  }

  private long ordersThatFailed(int orders) {
    return IntStream.range(0, orders).filter(i -> !shop.order().ok()).count();
  }

  private List<String> versionsOf(int orders) {
    return IntStream.range(0, orders).mapToObj(i -> shop.order().version()).toList();
  }

  private List<String> warehouses(int orders) {
    return IntStream.range(0, orders).mapToObj(i -> shop.order().warehouse()).distinct().toList();
  }

  private static ConditionFactory eventually() {
    return await().atMost(60, SECONDS);
  }
}
