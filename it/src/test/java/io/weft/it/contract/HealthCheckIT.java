package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.contract.ScriptedServer.Request;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** Instances that are asked, beside all calls and over mutual TLS, how they are. */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(ContractMesh.Extension.class)
class HealthCheckIT {
  private static final String HEALTH = "/health";

  private ContractMesh mesh;
  private Stock stock;
  private Client client;

  @BeforeAll
  void start(ContractMesh shared) {
    mesh = shared;
    stock = mesh.stock();
    client = new Client(mesh.start("health-checker", Client.app("HttpClient-1.1")));
    stock.secured();
    mesh.awaitIdentity(client.process());
    eventually().until(() -> client.get("http://stock/").status() == 200);
  }

  @AfterEach
  void tidy() {
    mesh.admin().delete("HealthCheck", "default", "stock");
    stock.reset();
  }

  @AfterAll
  void end() {
    client.close();
    stock.inPlaintext();
  }

  @Test
  void a_flapping_instance_gets_no_calls_while_it_is_unwell_and_comes_back() {
    check("", "http: {path: /health, host: stock}");
    stock.reset();
    eventually().until(() -> checked(stock.v1()) && checked(stock.v2()));
    Request check =
        stock.v1().requests().stream().filter(HealthCheckIT::isCheck).findFirst().orElseThrow();
    assertThat(check.secured()).isTrue();
    assertThat(check.header("host")).isEqualTo("stock");
    assertThat(check.header("user-agent")).isEqualTo("weft-health-check");

    for (int i = 0; i < 2; i++) {
      unwell();
      eventually().until(() -> calls(20, stock.v1()) == 0);
      assertThat(calls(20, stock.v1())).isZero();
      assertThat(explained())
          .containsPattern("HealthCheck +1 of 2 left alone +HealthCheck/default/stock")
          .containsPattern(
              "- "
                  + stock.v1().authority()
                  + ".*HealthCheck/default/stock finds it unhealthy: status 503");

      stock.reset();
      eventually().until(() -> calls(20, stock.v1()) > 0);
    }
    assertThat(client.process().output())
        .anyMatch(line -> line.contains("default/stock is unhealthy: status 503"))
        .anyMatch(line -> line.contains("default/stock is healthy again"));
  }

  @Test
  void when_all_are_unwell_all_are_called() {
    check("", "http: {path: /health}");
    stock.both(HealthCheckIT::unwell);
    eventually().until(() -> explained().contains("too few would be left"));

    assertThat(calls(20, stock.v1())).isPositive();
    assertThat(calls(20, stock.v2())).isPositive();
  }

  @Test
  void in_shadow_mode_it_is_told_and_nothing_changes() {
    check("mode: shadow, ", "http: {path: /health}");
    unwell();

    eventually().until(() -> explained().contains("would find it unhealthy: status 503"));
    assertThat(calls(40, stock.v1())).isPositive();
  }

  @Test
  void by_tcp_whoever_proves_to_be_somebody_else_is_unwell() {
    stock.v1().identity(CertifiedKey.of("impostor", mesh));
    try {
      check("", "tcp: {}");
      eventually().until(() -> explained().contains("finds it unhealthy: no mutual TLS"));
    } finally {
      stock.itself();
    }
    eventually().until(() -> !explained().contains("unhealthy"));
  }

  private void check(String mode, String probe) {
    mesh.awaitAcked(
        client.process(),
        mesh.admin()
            .apply(
                """
                apiVersion: weft.io/v1
                kind: HealthCheck
                metadata: {name: stock}
                spec:
                  {%s to: {service: stock}, from: {service: health-checker}, conf:
                    {%s, interval: 300ms, timeout: 300ms, unhealthyThreshold: 2}}
                """
                    .formatted(mode, probe)));
  }

  private void unwell() {
    stock.v1().script(HealthCheckIT::unwell);
  }

  private static void unwell(Request request, ScriptedServer.Reply reply) throws IOException {
    reply.send(isCheck(request) ? 503 : 200, "");
  }

  private static boolean isCheck(Request request) {
    return request.target().equals(HEALTH);
  }

  private static boolean checked(ScriptedServer server) {
    return server.requests().stream().anyMatch(HealthCheckIT::isCheck);
  }

  /** How many of so many calls come to an instance. */
  private int calls(int count, ScriptedServer at) {
    List<Request> before = calls(at);
    for (int i = 0; i < count; i++) {
      assertThat(client.get("http://stock/").status()).isEqualTo(200);
    }
    return calls(at).size() - before.size();
  }

  private static List<Request> calls(ScriptedServer at) {
    return at.requests().stream().filter(request -> !isCheck(request)).toList();
  }

  private String explained() {
    return mesh.weft("explain", "--from", "health-checker", "--to", "stock");
  }
}
