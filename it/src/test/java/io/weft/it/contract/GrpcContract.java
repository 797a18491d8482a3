package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.weft.it.process.JavaProcess;
import io.weft.it.process.SpanSink;
import io.weft.it.process.TokenIssuer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the mesh promises for gRPC, on both sides: a caller, and a service of two instances,
 * versions v1 and v2.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(ContractMesh.Extension.class)
abstract class GrpcContract {
  private static final String RETRY =
      "{attempts: 4, on: [grpc-codes], grpcCodes: [UNAVAILABLE],"
          + " budget: {minPerSecond: 1000}}";

  private final List<Path> classPath;
  private ContractMesh mesh;
  private String service;
  private JavaProcess v1;
  private JavaProcess v2;
  private JavaProcess caller;
  private final Set<String> applied = new TreeSet<>();
  private int calls;

  GrpcContract(List<Path> classPath) {
    this.classPath = classPath;
  }

  @BeforeAll
  void start(ContractMesh shared) {
    mesh = shared;
    service = "texts-" + getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    v1 = serve("v1");
    v2 = serve("v2");
    caller =
        mesh.start(
            service + "-caller",
            JavaProcess.of("caller").main(classPath, "GrpcApp", "call", "dns:///" + service));
    caller.awaitLine("calling");
    eventually().until(() -> mesh.ports(v1).size() == 1 && mesh.ports(v2).size() == 1);
    eventually().until(() -> versions(6).equals(Set.of("v1", "v2")));
  }

  @AfterEach
  void tidy() {
    applied.forEach(kind -> mesh.admin().delete(kind, "default", service));
    applied.clear();
  }

  @AfterAll
  void stop() {
    if (caller != null) {
      caller.close();
      v1.close();
      v2.close();
    }
  }

  @Test
  void servers_are_registered_as_grpc() {
    assertThat(mesh.ports(v1)).singleElement().asString().endsWith("/grpc");
  }

  @Test
  void a_server_says_nothing_before_its_caller_has_spoken() throws IOException {
    assertThat(caller.output()).noneMatch(line -> line.contains("without the mesh"));
    assertThat(v1.output()).noneMatch(line -> line.contains("without the mesh"));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(v1))) {
      socket.setSoTimeout(300);

      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void calls_between_agents_are_mutual_tls_by_themselves() {
    route("v1");

    eventually()
        .untilAsserted(
            () ->
                assertThat(call("unary", "peer"))
                    .startsWith("OK v1 spiffe://weft.local/ns/default/sa/" + service + "-caller "));
    assertThat(call("down", "hello")).isEqualTo("OK 100 v1 99");
    assertThat(call("up", "300x10000")).isEqualTo("OK v1 300 of 3000000");
    assertThat(call("both", "a,b,c")).isEqualTo("OK v1 a,v1 b,v1 c");
    assertThat(call("unary", 300, "slow@v1")).startsWith("DEADLINE_EXCEEDED");
  }

  @Test
  void an_instance_whose_place_somebody_else_has_taken_is_told_nothing() {
    eventually().until(() -> call("unary", "peer").contains(" spiffe://"));
    JavaProcess third = serve("v3");
    eventually().until(() -> versions(12).contains("v3"));
    route("v3");
    third.kill();
    try (ScriptedServer heir = new ScriptedServer("127.0.0.1", port(third))) {
      heir.identity(CertifiedKey.of("impostor", mesh));
      heir.script(
          (request, reply) -> {
            throw new IOException("what follows is HTTP/2");
          });

      // Its channel waits a while before it connects again.
      eventually()
          .untilAsserted(
              () -> {
                assertThat(call("unary", 5_000, "secret")).startsWith("UNAVAILABLE");
                assertThat(heir.connections()).isPositive();
              });
      assertThat(heir.requests()).isEmpty();

      heir.identity(CertifiedKey.of(service, mesh));
      eventually()
          .until(
              () -> {
                call("unary", 5_000, "secret");
                return !heir.requests().isEmpty();
              });
      assertThat(heir.requests().get(0).method()).isEqualTo("PRI");
    }
  }

  @Test
  void who_called_is_told_in_the_servers_span() {
    eventually()
        .untilAsserted(
            () -> {
              call("unary", "hello");
              assertThat(mesh.spans().all())
                  .anySatisfy(
                      span -> {
                        assertThat(span.kind()).isEqualTo(SpanSink.Span.SERVER);
                        assertThat(span.attribute("rpc.service")).isEqualTo("test.Texts");
                        assertThat(span.attribute("weft.peer")).isEqualTo(principal());
                      });
            });
  }

  @Test
  void strict_refuses_plaintext_and_permissive_takes_it_again() throws IOException {
    eventually().until(() -> call("unary", "peer").contains(" spiffe://"));
    try (JavaProcess stranger =
        JavaProcess.of("stranger")
            .main(classPath, "GrpcApp", "call", "127.0.0.1:" + port(v1))
            .start()) {
      assertThat(call(stranger, "unary", 20_000, "peer")).isEqualTo("OK v1 nobody");

      awaitServers(apply("MutualTls", "{mode: STRICT}"));

      assertThat(call(stranger, "unary", 20_000, "hello"))
          .matches("PERMISSION_DENIED MutualTls.*|UNAVAILABLE no reason");
      assertThat(answerInPlaintext(port(v1))).isEmpty();
      for (int i = 0; i < 20; i++) {
        assertThat(call("unary", "hello")).startsWith("OK v");
      }

      tidy();

      eventually().until(() -> call(stranger, "unary", 20_000, "peer").equals("OK v1 nobody"));
    }
  }

  @Test
  void what_authorization_denies_is_answered_with_its_name() {
    eventually().until(() -> call("unary", "peer").contains(" spiffe://"));

    awaitServers(
        apply(
            "Authorization",
            "{action: DENY, rules: [{grpc: [{service: test.Texts, method: Down}]}]}"));

    String denied = "PERMISSION_DENIED Authorization/default/" + service + " denied";
    assertThat(call("down", "hello")).isEqualTo(denied);
    assertThat(call("unary", "hello")).startsWith("OK v");

    awaitServers(apply("Authorization", "{action: ALLOW, rules: [{principals: [default/other]}]}"));

    assertThat(call("unary", "hello")).isEqualTo(denied);
    assertThat(call("both", "a,b")).isEqualTo(denied);
    assertThat(call("up", "300x10000")).isEqualTo(denied);

    awaitServers(
        apply(
            "Authorization",
            "{action: ALLOW, rules: [{principals: [default/" + service + "-caller]}]}"));

    assertThat(call("unary", "hello")).startsWith("OK v");
  }

  @Test
  void a_host_that_an_egress_denies_is_answered_before_it_is_looked_up() {
    long generation =
        mesh.admin()
            .apply(
                """
                apiVersion: weft.io/v1
                kind: Egress
                metadata: {name: %1$s}
                spec: {from: {service: %1$s-out}, conf: {default: DENY}}
                """
                    .formatted(service));
    applied.add("Egress");
    try (JavaProcess out =
        mesh.start(
            service + "-out",
            JavaProcess.of("out").main(classPath, "GrpcApp", "call", "dns:///nowhere.invalid"))) {
      out.awaitLine("calling");
      mesh.awaitAcked(out, generation);

      for (String kind : List.of("unary", "down", "both")) {
        assertThat(call(out, kind, 20_000, "hello"))
            .isEqualTo(
                "PERMISSION_DENIED Egress/default/"
                    + service
                    + " calls to nowhere.invalid must not leave the mesh");
      }
    }
  }

  @Test
  void calls_in_plaintext_to_a_host_outside_leave_as_tls_that_is_checked() {
    String host = service + ".example.test";
    HostCertificate certificate = HostCertificate.of(host);
    try (JavaProcess server =
            JavaProcess.of("outside").main(classPath, "GrpcApp", "serve", "out").start();
        TlsFront front = TlsFront.of(port(server), certificate, "h2");
        JavaProcess out =
            mesh.start(
                service + "-out",
                JavaProcess.of("out")
                    .main(classPath, "GrpcApp", "call", "dns:///" + host + ":50051"))) {
      out.awaitLine("calling");
      mesh.awaitAcked(out, outside(host, front.port(), ""));

      assertThat(call(out, "unary", 20_000, "hello")).startsWith("UNAVAILABLE");
      assertThat(front.names()).isEmpty();

      mesh.awaitAcked(
          out, outside(host, front.port(), ", caCertificates: \"" + certificate.pem() + "\""));

      eventually()
          .untilAsserted(
              () -> assertThat(call(out, "unary", 20_000, "hello")).isEqualTo("OK out hello"));
      assertThat(call(out, "both", 20_000, "a,b")).isEqualTo("OK out a,out b");
      assertThat(front.names()).containsOnly(host);
    } finally {
      mesh.admin().delete("ExternalService", "default", service + "-host");
    }
  }

  private long outside(String host, int port, String tls) {
    return mesh.admin()
        .apply(
            """
            apiVersion: weft.io/v1
            kind: ExternalService
            metadata: {name: %s}
            spec:
              hosts: [%s]
              ports: [{number: 50051, protocol: grpc, targetPort: %d}]
              endpoints: [{address: localhost}]
              tls: {mode: SIMPLE%s}
            """
                .formatted(service + "-host", host, port, tls));
  }

  @Test
  void every_kind_of_call_gets_its_answer() {
    route("v1");

    assertThat(call("unary", "hello")).isEqualTo("OK v1 hello");
    assertThat(call("down", "hello")).isEqualTo("OK 100 v1 99");
    assertThat(call("up", "3x5")).isEqualTo("OK v1 3 of 15");
    assertThat(call("both", "a,b,c")).isEqualTo("OK v1 a,v1 b,v1 c");
  }

  @Test
  void a_mirror_gets_a_copy_of_what_it_may_and_fails_nothing() {
    mesh.awaitAcked(
        caller,
        apply(
            "Route",
            """
            {rules: [{backends: [{labels: {version: v2}}], filters: [{requestMirror: {labels: {version: v1}}}]}]}"""));
    mesh.awaitAcked(v1, apply("Telemetry", "{side: callee, accessLog: {}}"));

    assertThat(call("unary", "fail@v1")).isEqualTo("OK v2 fail@v1");

    v1.awaitLine("ACCESS side=callee method=POST path=/test.Texts/Unary grpc=14");
  }

  @Test
  void a_route_sends_by_method_and_to_nobody_what_it_does_not_name() {
    mesh.awaitAcked(
        caller,
        apply(
            "Route",
            """
            {rules: [
              {matches: [{grpc: {service: test.Texts, method: Down}}], backends: [{labels: {version: v2}}]},
              {matches: [{grpc: {method: Unary}}], backends: [{labels: {version: v1}}]}]}"""));

    assertThat(call("down", "hello")).isEqualTo("OK 100 v2 99");
    assertThat(call("unary", "hello")).isEqualTo("OK v1 hello");
    assertThat(call("up", "3x5")).startsWith("UNIMPLEMENTED Route/default/" + service);
  }

  @Test
  void calls_take_turns_or_go_where_their_header_leads() {
    mesh.awaitAcked(caller, apply("LoadBalancer", "{algorithm: ROUND_ROBIN}"));
    List<String> turns = IntStream.range(0, 4).mapToObj(i -> call("unary", "hello")).toList();
    assertThat(turns.subList(0, 2)).containsExactlyInAnyOrder("OK v1 hello", "OK v2 hello");
    assertThat(turns.subList(2, 4)).isEqualTo(turns.subList(0, 2));

    mesh.awaitAcked(
        caller,
        apply("LoadBalancer", "{algorithm: MAGLEV, hash: [{by: header, name: authorization}]}"));
    for (String bearer : List.of("ann", "ben", "cleo")) {
      assertThat(IntStream.range(0, 5).mapToObj(i -> call("bearing", bearer)).distinct())
          .hasSize(1);
    }
  }

  @Test
  void a_token_that_is_not_valid_is_an_answer_of_its_own(@TempDir Path folder) {
    route("v1");
    try (TokenIssuer issuer = TokenIssuer.open(folder)) {
      issuer.show("one");
      awaitServers(apply("JwtAuthentication", "{issuer: me, jwks: '" + issuer.keySet() + "'}"));

      assertThat(call("bearing", issuer.token("me", "ann", "one"))).startsWith("OK v1");
      assertThat(call("bearing", issuer.token("me", "ann", "a-stranger's")))
          .startsWith("UNAUTHENTICATED ");
      assertThat(call("unary", "hello")).isEqualTo("OK v1 hello");
    }
  }

  @Test
  void a_request_larger_than_what_is_kept_goes_through_once() {
    route("v1");
    retry();

    assertThat(call("up", "300x10000")).isEqualTo("OK v1 300 of 3000000");
  }

  @Test
  void a_failure_that_no_server_repeats_is_tried_elsewhere_for_idempotent_methods() {
    retry();

    for (int i = 0; i < 10; i++) {
      assertThat(call("idempotent", "fail@v1")).isEqualTo("OK v2 fail@v1");
    }
  }

  @Test
  void without_retries_the_failure_is_the_servers_own() {
    route("v1");

    assertThat(call("idempotent", "fail@v1")).isEqualTo("UNAVAILABLE no reason");
    assertThat(call("down", "fail@v1")).isEqualTo("UNAVAILABLE no reason");
  }

  @Test
  void a_service_that_fails_is_not_called_for_a_while() {
    route("v1");
    mesh.awaitAcked(caller, apply("CircuitBreaker", "{window: {calls: 4}}"));
    for (int i = 0; i < 4; i++) {
      assertThat(call("down", "fail@v1")).isEqualTo("UNAVAILABLE no reason");
    }

    String refused = "UNAVAILABLE CircuitBreaker/default/" + service + " the circuit is open";
    for (String kind : List.of("unary", "down", "both")) {
      assertThat(call(kind, "hello")).isEqualTo(refused);
    }
  }

  @Test
  void a_call_that_is_cancelled_or_late_makes_place_for_another() {
    route("v1");
    mesh.awaitAcked(caller, apply("ConcurrencyLimit", "{maxConcurrent: 1}"));

    for (int i = 0; i < 3; i++) {
      assertThat(call("cancel", "slow@v1")).startsWith("CANCELLED");
      assertThat(call("unary", 200, "slow@v1")).startsWith("DEADLINE_EXCEEDED");
      assertThat(call("both", "a,b")).isEqualTo("OK v1 a,v1 b");
    }
  }

  @Test
  void a_call_that_has_ended_makes_place_before_the_application_hears_of_it() {
    route("v1");
    mesh.awaitAcked(caller, apply("ConcurrencyLimit", "{maxConcurrent: 1}"));

    assertThat(call("chained", "unary")).isEqualTo("OK both");
    assertThat(call("chained", "down")).isEqualTo("OK both");
  }

  @Test
  void an_instance_that_fails_is_left_alone() {
    mesh.awaitAcked(caller, apply("OutlierDetection", "{consecutive5xx: 2}"));
    Map<String, Integer> answers = new TreeMap<>();

    for (int i = 0; i < 30; i++) {
      answers.merge(call("down", "fail@v1"), 1, Integer::sum);
    }

    assertThat(answers).containsOnly(entry("OK 100 v2 99", 28), entry("UNAVAILABLE no reason", 2));
  }

  @Test
  void a_method_that_may_do_harm_twice_is_not_sent_twice() {
    route("v1");
    retry();

    assertThat(call("unary", "fail@v1")).isEqualTo("UNAVAILABLE no reason");
  }

  @Test
  void a_slow_call_is_hedged_and_the_loser_is_cancelled_at_its_server() {
    mesh.awaitAcked(caller, apply("Retry", "{attempts: 2, on: [5xx], hedge: {delay: 100ms}}"));
    int before = cancelled();

    // Each call begins at either of them.
    eventually()
        .until(
            () -> {
              assertThat(call("idempotent", 20_000, "slow@v1")).isEqualTo("OK v2 slow@v1");
              return cancelled() > before;
            });
    assertThat(call("unary", 1_000, "hello")).startsWith("OK v");
  }

  @Test
  void nothing_is_tried_again_once_a_message_was_delivered() {
    mesh.awaitAcked(
        caller, apply("Retry", RETRY.replace("grpcCodes", "idempotentOnly: false, grpcCodes")));

    Set<String> answers = new TreeSet<>();
    for (int i = 0; i < 10; i++) {
      answers.add(call("down", "late@v1"));
    }

    assertThat(answers).containsOnly("OK 100 v2 99", "UNAVAILABLE no reason");
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "global"})
  void a_rate_that_is_spent_is_an_answer_with_its_name(String scope) {
    route("v1");
    awaitServers(
        apply("RateLimit", "{limitForPeriod: 2, limitRefreshPeriod: 1h, scope: " + scope + "}"));

    Set<String> answers = new TreeSet<>();
    for (int i = 0; i < 6; i++) {
      answers.add(call("unary", "hello"));
    }

    assertThat(answers)
        .anyMatch(answer -> answer.startsWith("OK v1"))
        .anyMatch(
            answer -> answer.startsWith("RESOURCE_EXHAUSTED RateLimit/default/" + service + " "));
    assertThat(call("both", "a,b")).startsWith("RESOURCE_EXHAUSTED");
  }

  @Test
  void servers_are_asked_how_they_are_and_where_none_can_tell_all_are_called() {
    mesh.awaitAcked(
        caller,
        apply("HealthCheck", "{grpc: {}, interval: 1s, timeout: 1s, unhealthyThreshold: 1}"));

    eventually()
        .untilAsserted(
            () ->
                assertThat(
                        mesh.weft(
                            "explain",
                            "--from",
                            service + "-caller",
                            "--to",
                            service,
                            "--grpc",
                            "test.Texts/Unary"))
                    .contains("finds it unhealthy: gRPC UNIMPLEMENTED, but too few would be left"));
    assertThat(versions(20)).containsExactlyInAnyOrder("v1", "v2");
  }

  @Test
  void a_fault_of_the_caller_answers_in_the_servers_place_and_is_tried_again() {
    mesh.awaitAcked(caller, apply("Fault", "{abort: {grpcStatus: NOT_FOUND}}"));
    for (String kind : List.of("unary", "down", "both")) {
      assertThat(call(kind, "hello")).isEqualTo("NOT_FOUND Fault/default/" + service + " injected");
    }

    apply("Fault", "{abort: {grpcStatus: UNAVAILABLE, percent: 50}}");
    mesh.awaitAcked(caller, apply("Retry", RETRY.replace("attempts: 4", "attempts: 20")));
    for (int i = 0; i < 10; i++) {
      assertThat(call("idempotent", "hello")).startsWith("OK v");
    }

    apply("Fault", "{delay: {fixed: 1h}}");
    mesh.awaitAcked(caller, apply("Timeout", "{request: 300ms}"));
    assertThat(call("unary", "hello")).startsWith("DEADLINE_EXCEEDED Timeout/default/" + service);
  }

  @Test
  void a_fault_of_the_service_holds_back_its_own_calls_and_no_thread() {
    route("v2"); // which serves on its event loops
    awaitServers(
        apply(
            "Fault",
            "{side: callee, matches: [{path: {value: /test.Texts/Down}}], delay: {fixed: 2s}}"));

    assertThat(call("overtaken", "hello")).isEqualTo("OK v2 hello, then v2 99");

    awaitServers(apply("Fault", "{side: callee, abort: {grpcStatus: ABORTED}}"));
    assertThat(call("unary", "hello")).isEqualTo("ABORTED Fault/default/" + service + " injected");
    assertThat(call("both", "a,b")).isEqualTo("ABORTED Fault/default/" + service + " injected");

    awaitServers(apply("Fault", "{side: callee, delay: {fixed: 1h}}"));
    assertThat(call("unary", 300, "hello")).startsWith("DEADLINE_EXCEEDED");
  }

  @Test
  void telemetry_logs_what_it_means_on_both_sides() {
    route("v1");
    awaitServers(apply("Telemetry", "{tracing: {percent: 0}, accessLog: {minStatus: 503}}"));

    call("unary", "hello");
    call("unary", "fail@v1");

    caller.awaitLine("ACCESS side=caller method=POST path=/test.Texts/Unary grpc=14 ms=\\d+ to=");
    v1.awaitLine("ACCESS side=callee method=POST path=/test.Texts/Unary grpc=14 ms=\\d+ peer=");
    assertThat(caller.output())
        .noneMatch(line -> line.contains("ACCESS") && line.contains("grpc=0"));
  }

  @Test
  void a_policys_timeout_ends_a_slow_call_and_says_so() {
    route("v1");
    mesh.awaitAcked(caller, apply("Timeout", "{request: 300ms}"));

    assertThat(call("unary", "slow@v1"))
        .startsWith("DEADLINE_EXCEEDED ")
        .contains("Timeout/default/" + service);
  }

  @Test
  void an_application_that_still_sends_when_time_is_up_sees_the_answer_alone() {
    route("v1");
    mesh.awaitAcked(caller, apply("Timeout", "{request: 1ms}"));

    for (int i = 0; i < 100; i++) {
      assertThat(call("unary", "slow@v1")).startsWith("DEADLINE_EXCEEDED Timeout/default/");
      assertThat(call("up", "20x1000")).matches("OK .*|DEADLINE_EXCEEDED .*");
    }
  }

  @Test
  void the_applications_deadline_is_kept() {
    route("v1");

    assertThat(call("unary", 300, "slow@v1")).startsWith("DEADLINE_EXCEEDED");
  }

  @Test
  void the_deadline_of_the_work_at_hand_is_kept_by_every_attempt() {
    retry();

    for (int i = 0; i < 4; i++) {
      // Fails at once in one version, and is then slow in the other.
      assertThat(call("context", 400, "fail@v1,slow@v2")).startsWith("DEADLINE_EXCEEDED");
    }
  }

  @Test
  void a_call_that_is_cancelled_is_cancelled_at_the_server() {
    route("v1");
    int before = cancelled();

    assertThat(call("cancel", "slow@v1")).startsWith("CANCELLED");

    eventually().until(() -> cancelled() == before + 1);
  }

  @Test
  void an_instance_that_is_killed_is_routed_around() {
    JavaProcess third = serve("v3");
    eventually().until(() -> versions(12).contains("v3"));
    mesh.awaitAcked(
        caller, apply("Retry", "{attempts: 3, on: [connect-failure, reset-before-request]}"));

    third.kill();

    eventually().until(() -> !versions(12).contains("v3"));
    for (int i = 0; i < 20; i++) {
      assertThat(call("unary", "hello")).startsWith("OK v");
    }
  }

  @Test
  void spans_of_both_sides_are_of_one_trace() {
    route("v1");
    call("unary", "traced");

    eventually()
        .untilAsserted(
            () ->
                assertThat(mesh.spans().all())
                    .filteredOn(span -> span.attribute("rpc.service").equals("test.Texts"))
                    .anySatisfy(
                        client ->
                            assertThat(mesh.spans().of(client.traceId()))
                                .anySatisfy(
                                    server -> {
                                      assertThat(client.kind()).isEqualTo(SpanSink.Span.CLIENT);
                                      assertThat(server.kind()).isEqualTo(SpanSink.Span.SERVER);
                                      assertThat(server.parent()).isEqualTo(client.id());
                                    })));
  }

  @Test
  void what_calls_take_is_measured() {
    route("v1");
    call("unary", "measured");

    eventually()
        .untilAsserted(
            () ->
                assertThat(mesh.spans().metrics())
                    .anySatisfy(
                        export ->
                            assertThat(export)
                                .contains("rpc.server.duration", "test.Texts", "Unary", service)));
  }

  /** Whether very many connections are tried on it. */
  boolean flooded() {
    return false;
  }

  /** At the port of a service that takes mutual TLS alone. */
  @Nested
  class Strangers extends StrangersContract {
    Strangers() {
      super(Tongue.GRPC);
    }

    @Override
    JavaProcess.Builder besieged() {
      return JavaProcess.of(service()).main(classPath, "GrpcApp", "serve", Tongue.ANSWER);
    }

    @Override
    String service() {
      return service + "-strict";
    }

    @Override
    List<Integer> ports(JavaProcess started) {
      return List.of(port(started));
    }

    @Override
    boolean flooded() {
      return GrpcContract.this.flooded();
    }

    @Override
    Friend friend(ContractMesh of) {
      JavaProcess friend =
          of.start(
              service() + "-friend",
              JavaProcess.of("friend").main(classPath, "GrpcApp", "call", "dns:///" + service()));
      return new Friend() {
        @Override
        public String calls() {
          return call(friend, "unary", 20_000, "hello");
        }

        @Override
        public void close() {
          friend.close();
        }
      };
    }
  }

  private JavaProcess serve(String version) {
    JavaProcess server =
        mesh.start(
            service,
            JavaProcess.of(service + " " + version)
                .env("WEFT_LABELS", "version=" + version)
                .env("OTEL_METRICS_EXPORTER", "otlp")
                .env("OTEL_METRIC_EXPORT_INTERVAL", "500")
                .main(classPath, "GrpcApp", "serve", version));
    server.awaitLine("serving on port");
    return server;
  }

  private static int port(JavaProcess server) {
    return Integer.parseInt(server.awaitLine("serving on port (\\d+)").group(1));
  }

  private void route(String version) {
    mesh.awaitAcked(
        caller,
        apply(
            "Route",
            "{rules: [{name: one, backends: [{service: "
                + service
                + ", labels: {version: "
                + version
                + "}}]}]}"));
  }

  private String principal() {
    return "spiffe://weft.local/ns/default/sa/" + service + "-caller";
  }

  private void awaitServers(long generation) {
    mesh.awaitAcked(v1, generation);
    mesh.awaitAcked(v2, generation);
    mesh.awaitAcked(caller, generation);
  }

  // All that comes until the connection is closed from there.
  private static byte[] answerInPlaintext(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().readAllBytes();
    } catch (SocketException e) {
      return new byte[0];
    }
  }

  private void retry() {
    mesh.awaitAcked(caller, apply("Retry", RETRY));
  }

  private long apply(String kind, String conf) {
    applied.add(kind);
    return mesh.admin()
        .apply(
            """
            apiVersion: weft.io/v1
            kind: %s
            metadata: {name: %s}
            spec:
              to: {service: %s}
              conf: %s
            """
                .formatted(kind, service, service, conf));
  }

  private String call(String kind, String text) {
    return call(kind, 0, text);
  }

  private String call(String kind, int deadlineMillis, String text) {
    return call(caller, kind, deadlineMillis, text);
  }

  private String call(JavaProcess from, String kind, int deadlineMillis, String text) {
    calls++;
    from.send(calls + " " + kind + " " + deadlineMillis + " " + text);
    return from.awaitLine("answer " + calls + " (.*)").group(1);
  }

  private Set<String> versions(int number) {
    Set<String> versions = new TreeSet<>();
    for (int i = 0; i < number; i++) {
      String answer = call("unary", "who");
      if (answer.startsWith("OK ")) {
        versions.add(answer.substring("OK ".length(), answer.lastIndexOf(' ')));
      }
    }
    return versions;
  }

  private int cancelled() {
    calls++;
    v1.send("q" + calls);
    return Integer.parseInt(v1.awaitLine("q" + calls + " cancelled (\\d+)").group(1));
  }
}
