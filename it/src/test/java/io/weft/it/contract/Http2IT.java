package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.contract.Client.Answer;
import io.weft.it.process.JavaProcess;
import io.weft.it.process.Jdk;
import io.weft.it.process.SpanSink.Span;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 from the JDK's HttpClient to Tomcats, both with the agent. */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(ContractMesh.Extension.class)
class Http2IT {
  private static final String RETRY = "{attempts: 3, on: [5xx], backoff: {base: 1ms, max: 1ms}}";

  private final List<Path> tomcat = TestApps.compiled("TomcatApp", "tomcat11", false);
  private final List<String> applied = new ArrayList<>();
  private ContractMesh mesh;
  private JavaProcess v1;
  private JavaProcess v2;
  private Client client;

  @BeforeAll
  void start(ContractMesh shared) {
    mesh = shared;
    v1 = server("v1");
    v2 = server("v2");
    JavaProcess caller = mesh.start("http2caller", Client.app("HttpClient-2").jdk(Jdk.oldest()));
    client = new Client(caller);
    eventually().until(() -> mesh.ports(v1).size() == 2 && mesh.ports(v2).size() == 2);
    eventually().until(() -> !mesh.agent(caller).isMissingNode());
    eventually().until(() -> versions(20).size() == 2);
    // From now on it is the mesh's TLS, or no answer.
    long generation =
        mesh.admin()
            .apply(
                """
                apiVersion: weft.io/v1
                kind: MutualTls
                metadata: {name: tomcats}
                spec: {to: {service: tomcats}, conf: {mode: STRICT}}
                """);
    List.of(v1, v2, caller).forEach(process -> mesh.awaitAcked(process, generation));
  }

  @AfterEach
  void tidy() {
    applied.forEach(kind -> mesh.admin().delete(kind, "default", "http2"));
    applied.clear();
  }

  @AfterAll
  void end() {
    client.close();
    // Not asked to stop: one of them still holds the stream that was given up.
    v1.kill();
    v2.kill();
  }

  @Test
  void it_is_spoken_with_the_authority_of_the_service_and_one_trace_at_both_ends() {
    Answer answer = client.get("http://tomcats/headers");

    assertThat(answer.field("version")).isEqualTo("HTTP_2");
    assertThat(answer.body()).contains("host: tomcats");
    String trace = answer.body().replaceAll("(?s).*traceparent: 00-(\\p{XDigit}{32}).*", "$1");
    eventually().untilAsserted(() -> assertThat(mesh.spans().of(trace)).hasSize(2));
    assertThat(mesh.spans().of(trace))
        .anySatisfy(
            span -> {
              assertThat(span.kind()).isEqualTo(Span.SERVER);
              assertThat(span.attribute("url.path")).isEqualTo("/headers");
              assertThat(span.attribute("url.scheme")).isEqualTo("http");
              assertThat(span.attribute("http.request.method")).isEqualTo("GET");
              assertThat(span.attribute("http.response.status_code")).isEqualTo("200");
            });
  }

  @Test
  void calls_share_a_connection_for_each_instance() {
    long connections =
        IntStream.range(0, 20)
            .mapToObj(i -> client.get("http://tomcats/connection").body())
            .distinct()
            .count();

    // One more if an old one has just reached its end.
    assertThat(connections).isBetween(1L, 3L);
  }

  @Test
  void streams_go_to_all_instances_in_turn() {
    apply("LoadBalancer", "{algorithm: ROUND_ROBIN}");

    List<String> seen =
        IntStream.range(0, 10).mapToObj(i -> client.get("http://tomcats/version").body()).toList();

    assertThat(seen).filteredOn("v1"::equals).hasSize(5);
  }

  @Test
  void a_stream_that_is_answered_503_is_tried_at_another_instance() {
    apply("Retry", RETRY);

    for (int i = 0; i < 10; i++) {
      Answer answer = client.get("http://tomcats/fail?v1");
      assertThat(answer.body()).isEqualTo("v2");
      assertThat(answer.field("version")).isEqualTo("HTTP_2");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 70_000, 10_000_000})
  void bodies_pass_both_ways(int size) {
    for (String mode : List.of("whole", "chunked")) {
      Answer answer = client.call("POST", "http://tomcats/echo").body(size, mode).send();

      assertThat(answer.exception()).isEmpty();
      assertThat(answer.field("size")).isEqualTo(Integer.toString(size));
    }
  }

  @Test
  void many_streams_at_once_are_apart() {
    List<CompletableFuture<Answer>> calls = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      calls.add(client.call("POST", "http://tomcats/echo").body(i * 1_000).sendAsync());
    }

    for (int i = 0; i < 50; i++) {
      assertThat(calls.get(i).join().field("size")).isEqualTo(Integer.toString(i * 1_000));
    }
  }

  @Test
  void a_stream_that_takes_too_long_is_given_up_and_its_connection_stays() {
    apply("Timeout", "{request: 300ms}");

    Answer late = client.get("http://tomcats/wait");

    assertThat(late.status()).isEqualTo(504);
    assertThat(late.header("weft-reason")).startsWith("Timeout/default/http2 ");
    assertThat(client.get("http://tomcats/version").status()).isEqualTo(200);
  }

  @Test
  void an_instance_that_stops_in_peace_costs_no_call() {
    JavaProcess third = server("v3");
    eventually().until(() -> versions(20).contains("v3"));
    CompletableFuture<List<Answer>> calls = callWhile(third);

    third.stop();

    assertThat(calls.join()).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
    assertThat(versions(20)).doesNotContain("v3");
  }

  @Test
  void a_killed_instance_costs_a_caller_that_retries_no_call() {
    apply("Retry", RETRY);
    JavaProcess third = server("v3");
    eventually().until(() -> versions(20).contains("v3"));
    CompletableFuture<List<Answer>> calls = callWhile(third);

    third.kill();

    assertThat(calls.join()).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
  }

  /** Calls while a process lives, and 20 times more. */
  private CompletableFuture<List<Answer>> callWhile(JavaProcess process) {
    CompletableFuture<List<Answer>> all = new CompletableFuture<>();
    CompletableFuture<Void> begun = new CompletableFuture<>();
    new Thread(
            () -> {
              List<Answer> answers = new ArrayList<>();
              try {
                for (int after = 0; after < 20; after += process.isAlive() ? 0 : 1) {
                  answers.add(client.get("http://tomcats/version"));
                  begun.complete(null);
                }
                all.complete(answers);
              } catch (RuntimeException | AssertionError e) {
                all.completeExceptionally(e);
              }
            },
            "calls")
        .start();
    begun.join();
    return all;
  }

  private List<String> versions(int calls) {
    return IntStream.range(0, calls)
        .mapToObj(i -> client.get("http://tomcats/version").body())
        .distinct()
        .toList();
  }

  private JavaProcess server(String version) {
    return mesh.start(
        "tomcats",
        JavaProcess.of("Tomcat " + version)
            .option("-Dversion=" + version)
            .main(tomcat, "TomcatApp", tomcat.get(0).toString()));
  }

  private void apply(String kind, String conf) {
    applied.add(kind);
    long generation =
        mesh.admin()
            .apply(
                "apiVersion: weft.io/v1\nkind: %s\nmetadata: {name: http2}\nspec: {to: {service: tomcats}, conf: %s}\n"
                    .formatted(kind, conf));
    mesh.awaitAcked(client.process(), generation);
  }
}
