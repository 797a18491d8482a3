package io.weft.control.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.weft.api.v1.Ask;
import io.weft.api.v1.Candidate;
import io.weft.api.v1.Explanation;
import io.weft.api.v1.Header;
import io.weft.api.v1.ImaginedRequest;
import io.weft.api.v1.Source;
import io.weft.api.v1.Stage;
import io.weft.api.v1.ToldCall;
import io.weft.control.Control;
import io.weft.control.Options;
import io.weft.control.admin.AdminClient;
import io.weft.control.admin.AdminClient.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Questions of people, carried to agents and back. */
class ExplainTest {
  private static final String QUESTION =
      "/v1/explain?from=default/orders&to=stock&method=PUT&target=%2Fx%3Fa%3D1&header=k%3A+v";

  @TempDir Path data;
  private Control control;
  private RawAgent orders;
  private RawAgent stock;

  @BeforeEach
  void startControl() throws IOException {
    control =
        Control.start(new Options("127.0.0.1", 0, "", "embedded:" + data.resolve("store"), data));
    orders = RawAgent.join(data, control.port(), "o1", "orders", List.of());
    stock = RawAgent.join(data, control.port(), "s1", "stock", List.of()).serve(8081);
    await()
        .untilAsserted(
            () -> assertThat(get("/v1/status").get().body()).contains("\"o1\"", "\"s1\""));
  }

  @AfterEach
  void stopControl() {
    orders.close();
    stock.close();
    control.close();
  }

  @Test
  void the_caller_is_asked_and_then_the_callee_of_what_the_caller_would_send() throws Exception {
    CompletableFuture<Answer> told = get(QUESTION);

    Ask ofCaller = orders.ask();
    assertThat(ofCaller.getOutbound())
        .isEqualTo(
            ImaginedRequest.newBuilder()
                .setProtocol("http")
                .setMethod("PUT")
                .setTarget("/x?a=1")
                .setAuthority("stock")
                .addHeaders(Header.newBuilder().setName("k").setValue("v"))
                .build());
    orders.explain(
        ofCaller,
        Explanation.newBuilder()
            .addStages(
                Stage.newBuilder()
                    .setName("Route")
                    .setSays("rule all")
                    .setSource(
                        Source.newBuilder()
                            .setKind("Route")
                            .setNamespace("default")
                            .setName("stock")
                            .setGeneration(7))
                    .setField("spec.conf.rules[all]")
                    .addCandidates(
                        Candidate.newBuilder()
                            .setWhat("rule posts")
                            .setWhy("the method is not POST")
                            .setPassedOver(true)))
            .setSent(
                ofCaller.getOutbound().toBuilder()
                    .setTarget("/y")
                    .setCaller("spiffe://weft.local/ns/default/sa/orders")
                    .setPort(8081))
            .addUids("gone")
            .addUids("s1"));
    Ask ofCallee = stock.ask();
    assertThat(ofCallee.getInbound())
        .isEqualTo(
            ofCaller.getOutbound().toBuilder()
                .setTarget("/y")
                .setCaller("spiffe://weft.local/ns/default/sa/orders")
                .setAddress("127.0.0.1")
                .setPort(8081)
                .build());
    stock.explain(
        ofCallee,
        Explanation.newBuilder()
            .addStages(Stage.newBuilder().setName("MutualTls").setSays("denied").setStops(true)));

    JsonNode answer = json(told);
    JsonNode route = answer.path("caller").path("stages").path(0);
    assertThat(route.path("document").asText()).isEqualTo("Route/default/stock");
    assertThat(route.path("generation").asLong()).isEqualTo(7);
    assertThat(route.path("field").asText()).isEqualTo("spec.conf.rules[all]");
    assertThat(route.path("candidates").path(0).path("passedOver").asBoolean()).isTrue();
    assertThat(answer.path("callee").path("service").asText()).isEqualTo("default/stock");
    assertThat(answer.path("callee").path("stages").path(0).path("stops").asBoolean()).isTrue();
  }

  @Test
  void of_a_call_that_does_not_leave_the_caller_nobody_else_is_asked() throws Exception {
    CompletableFuture<Answer> told = get(QUESTION);

    orders.explain(
        orders.ask(),
        Explanation.newBuilder().addStages(Stage.newBuilder().setName("Route").setStops(true)));

    JsonNode answer = json(told);
    assertThat(answer.has("caller")).isTrue();
    assertThat(answer.has("callee")).isFalse();
  }

  @Test
  void what_agents_know_of_a_request_is_joined_in_the_order_of_time() throws Exception {
    CompletableFuture<Answer> told = get("/v1/explain/request?id=abc");

    Ask ofCallee = stock.ask();
    stock.explain(
        ofCallee,
        Explanation.newBuilder()
            .addCalls(ToldCall.newBuilder().setInbound(true).setStartMillis(7).setOutcome("200")));
    Ask ofCaller = orders.ask();
    orders.explain(
        ofCaller,
        Explanation.newBuilder()
            .addCalls(ToldCall.newBuilder().setStartMillis(7).setPeer("default/stock")));

    assertThat(ofCaller.getRequest()).isEqualTo("abc");
    JsonNode requests = json(told).path("requests");
    assertThat(requests).hasSize(2);
    assertThat(requests.path(0).path("service").asText()).isEqualTo("default/orders");
    assertThat(requests.path(0).path("peer").asText()).isEqualTo("default/stock");
    assertThat(requests.path(1).path("service").asText()).isEqualTo("default/stock");
    assertThat(requests.path(1).path("inbound").asBoolean()).isTrue();
  }

  @Test
  void a_request_that_nobody_knows_is_told_as_such() throws Exception {
    CompletableFuture<Answer> told = get("/v1/explain/request?id=abc");
    orders.explain(orders.ask(), Explanation.newBuilder());
    stock.explain(stock.ask(), Explanation.newBuilder());

    assertThat(told.get(20, TimeUnit.SECONDS).body())
        .contains("no connected agent knows a request abc any more");
  }

  @Test
  void an_agent_that_does_not_answer_is_not_waited_for_long() throws Exception {
    CompletableFuture<Answer> told = get(QUESTION);
    orders.ask();

    assertThat(json(told).path("caller").path("error").asText()).isEqualTo("does not answer");
  }

  @Test
  void a_service_without_an_agent_is_told_as_such() throws Exception {
    Answer answer = get("/v1/explain?from=default/nobody&to=stock").get(20, TimeUnit.SECONDS);

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).contains("no agent of default/nobody that could tell is connected");
  }

  private CompletableFuture<Answer> get(String path) throws IOException {
    return AdminClient.of(data.resolve("root.pem"), data.resolve("admin-token"))
        .get("127.0.0.1:" + control.port(), path);
  }

  private static JsonNode json(CompletableFuture<Answer> told) throws Exception {
    Answer answer = told.get(20, TimeUnit.SECONDS);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return new JsonMapper().readTree(answer.body());
  }
}
