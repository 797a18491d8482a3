package io.weft.it.mesh;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weft.it.process.ControlService;
import io.weft.it.process.Etcd;
import io.weft.it.process.JavaProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shop, its services with identities: what strangers get, who may speak with whom, and what it
 * costs to change keys and roots while customers order. Certificates live for seconds, so that all
 * of it happens between two renewals or in the midst of one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ZeroTrustIT {
  private static final String LEAF_LIFE = "15s";

  private Etcd etcd;
  private ControlService control;
  private ControlService replica;
  private Shop shop;
  private Policies policies;
  private final HttpClient stranger = HttpClient.newHttpClient();

  @BeforeAll
  void open(@TempDir Path folder) {
    etcd = Etcd.start();
    control = ControlService.etcd(folder, etcd.endpoint(), "--leaf-life", LEAF_LIFE);
    replica = ControlService.etcd(folder, etcd.endpoint(), "--leaf-life", LEAF_LIFE);
    Map<String, String> environment = new HashMap<>(control.agentEnvironment(folder));
    environment.put("WEFT_CONTROL", control.address() + ";" + replica.address());
    shop = new Shop(environment);
    policies = new Policies(etcd);
    eventually().until(() -> shop.order().ok());
  }

  @AfterEach
  void tidy() {
    policies.withdraw();
  }

  @AfterAll
  void end() {
    for (AutoCloseable part : new AutoCloseable[] {shop, replica, control, etcd}) {
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
  void calls_are_encrypted_with_no_policy_and_status_says_between_whom() {
    eventually()
        .untilAsserted(
            () -> {
              assertThat(shop.order().ok()).isTrue();
              assertThat(control.weft("status"))
                  .contains("spiffe://weft.local/ns/default/sa/stock")
                  .contains("spiffe://weft.local/ns/default/sa/orders")
                  .contains("spiffe://weft.local/ns/default/sa/recommendations");
            });
    assertThat(control.weft("identity", "--service", "orders"))
        .contains("spiffe://weft.local/ns/default/sa/orders");
  }

  @Test
  void strict_refuses_strangers_on_the_way_there_and_back_and_costs_no_call() throws Exception {
    assertThat(askTheDesk()).isEqualTo(200);
    Rush rush = Rush.of(shop);
    eventually().until(() -> rush.orders() > 0);

    strict("orders");
    strict("stock");
    eventually()
        .untilAsserted(() -> assertThatThrownBy(this::askTheDesk).isInstanceOf(IOException.class));
    long before = rush.orders();
    eventually().until(() -> rush.orders() > before);
    policies.withdraw();
    eventually().until(() -> answers(this::askTheDesk));

    assertThat(rush.end()).isEmpty();
  }

  @Test
  void strict_lets_in_what_is_exempt() {
    strict("orders", "exempt: {paths: [/bestsellers]}");
    eventually().until(() -> askTheDesk("/available?items=tea") == 403);

    assertThat(answers(this::askTheDesk)).isTrue();
  }

  @Test
  void who_has_no_token_gets_nothing() {
    strict("stock");
    try (Shop.Impostor intruder =
        shop.impostor(
            "orders",
            Map.of("WEFT_TOKEN", "weft1.nobody.c2VjcmV0.aGFzaA", "STOCK", shop.stockAddress()))) {
      eventually().until(() -> intruder.reserve().status() == 503);

      assertThat(shop.order().ok()).isTrue();
      assertThat(control.weft("status")).doesNotContain("pid " + intruder.process.pid());
    }
  }

  @Test
  void orders_may_reserve_stock_and_the_storefront_may_not() {
    policies.forStock("Authorization", "{action: ALLOW, rules: [{principals: [default/orders]}]}");
    try (Shop.Impostor storefront = shop.impostor("storefront", Map.of())) {
      eventually().until(() -> storefront.reserve().status() == 403);

      assertThat(storefront.reserve().body())
          .contains("Authorization/default/stock denied")
          .doesNotContain("default/orders");
      assertThat(shop.order().ok()).isTrue();
    }
  }

  @Test
  void roots_are_changed_under_traffic_though_control_is_killed_in_the_midst() {
    eventually().until(() -> shop.order().ok());
    String before = control.weft("ca", "bundle");
    Rush rush = Rush.of(shop);
    try (JavaProcess rotation = control.start("ca", "rotate")) {
      assertThat(rotation.awaitExit()).isZero();
    }
    control.process().kill();
    eventually().until(() -> !replica.weft("ca", "status").contains("RETIRED"));
    control.restart();

    await()
        .atMost(120, SECONDS)
        .pollInterval(Duration.ofSeconds(1))
        .until(
            () -> {
              String now = control.weft("ca", "bundle");
              return !now.contains(firstLines(before)) && !now.isBlank();
            });

    assertThat(rush.orders()).isPositive();
    assertThat(rush.end()).isEmpty();
  }

  @Test
  void a_revoked_principal_is_refused_though_its_certificate_is_still_valid() {
    try (Shop.Impostor visitor = shop.impostor("visitor", Map.of())) {
      eventually().until(() -> visitor.reserve().ok());
      strict("stock");

      control.weft("ca", "revoke", "default/visitor");

      eventually().until(() -> !visitor.reserve().ok());
      assertThat(shop.order().ok()).isTrue();
    }
  }

  private void strict(String service, String... more) {
    policies.put(
        "MutualTls",
        service,
        """
        apiVersion: weft.io/v1
        kind: MutualTls
        metadata: {name: %s}
        spec:
          to: {service: %s}
          conf: {mode: STRICT%s}
        """
            .formatted(service, service, more.length == 0 ? "" : ", " + String.join(", ", more)));
  }

  private int askTheDesk() throws IOException {
    return askTheDesk("/bestsellers");
  }

  private int askTheDesk(String path) throws IOException {
    try {
      return stranger
          .send(
              HttpRequest.newBuilder(URI.create("http://" + shop.deskAddress() + path))
                  .timeout(Duration.ofSeconds(20))
                  .build(),
              BodyHandlers.discarding())
          .statusCode();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static boolean answers(Question question) {
    try {
      return question.ask() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private interface Question {
    int ask() throws IOException;
  }

  // Enough of a certificate to know it by.
  private static String firstLines(String pem) {
    return List.of(pem.split("\n")).stream().skip(1).limit(4).reduce("", (a, b) -> a + b + "\n");
  }

  private static ConditionFactory eventually() {
    return await().atMost(60, SECONDS).pollInterval(Duration.ofMillis(100));
  }
}
