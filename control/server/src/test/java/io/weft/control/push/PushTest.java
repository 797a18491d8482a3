package io.weft.control.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.grpc.Status;
import io.weft.api.v1.Certificate;
import io.weft.api.v1.ControlMessage;
import io.weft.api.v1.Endpoint;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.RateShare;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.Update;
import io.weft.control.Control;
import io.weft.control.Options;
import io.weft.control.admin.AdminClient;
import io.weft.control.identity.Requests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What agents are sent, and what is made of what they say. */
class PushTest {
  @TempDir Path data;
  private Control control;
  private final List<RawAgent> agents = new ArrayList<>();
  // What each was last sent of stock.
  private final Map<RawAgent, Map<String, InstanceState>> endpoints = new HashMap<>();

  @BeforeEach
  void startControl() throws IOException {
    control =
        Control.start(new Options("127.0.0.1", 0, "", "embedded:" + data.resolve("store"), data));
  }

  @AfterEach
  void stopControl() {
    agents.forEach(RawAgent::close);
    control.close();
  }

  @Test
  void a_caller_is_sent_the_names_of_all_and_the_rest_of_what_it_calls() throws Exception {
    join("s1", "stock").serve(8081);
    join("r1", "recommendations").serve(8082);
    RawAgent caller = join("o1", "orders", "default/stock");

    Map<String, Resource> held = until(caller, "ENDPOINTS default/stock", "NAMES ");

    assertThat(held)
        .containsOnlyKeys(
            "NAMES ",
            "TRUST ",
            "INBOUND ",
            "SERVICE_CONFIG default/stock",
            "ENDPOINTS default/stock");
  }

  @Test
  void who_asks_for_a_certificate_gets_one_of_the_name_its_credential_proves() throws Exception {
    RawAgent agent = join("o1", "orders");
    while (!agent.update().getResourcesList().stream().anyMatch(Resource::hasTrust)) {
      // Until control knows its authority.
    }

    agent.certify(new byte[] {1, 2, 3});
    assertThat(agent.certificate().getError()).contains("not a certificate request");
    await()
        .untilAsserted(
            () -> {
              agent.certify(Requests.request());
              Certificate answer = agent.certificate();
              assertThat(answer.getError()).isEmpty();
              X509Certificate leaf =
                  (X509Certificate)
                      CertificateFactory.getInstance("X.509")
                          .generateCertificate(answer.getChain(0).newInput());
              assertThat(leaf.getSubjectAlternativeNames())
                  .containsExactly(List.of(6, "spiffe://weft.local/ns/default/sa/orders"));
            });
  }

  @Test
  void of_a_service_that_many_call_each_caller_is_told_how_many_do() throws Exception {
    RawAgent first = join("c0", "caller", "default/stock", "default/orders");
    for (int i = 1; i < 9; i++) {
      join("c" + i, "caller", "default/stock");
    }

    assertThat(first.callers().getServicesMap()).isEqualTo(Map.of("default/stock", 16));
  }

  @Test
  void a_part_of_a_limit_that_instances_share_is_told_before_the_limit() throws Exception {
    apply("RateLimit", "{limitForPeriod: 10, scope: global}");
    RawAgent agent = join("s1", "stock");

    RateShare share = null;
    for (ControlMessage message = agent.next(); ; message = agent.next()) {
      if (message.hasRateShare()) {
        share = message.getRateShare();
      } else if (message.getUpdate().getResourcesList().stream()
          .anyMatch(each -> each.getInbound().hasRateLimit())) {
        break;
      }
    }

    assertThat(share).isEqualTo(RateShare.newBuilder().setShare(1).setFirst(true).build());
  }

  @Test
  void a_change_is_sent_alone() throws Exception {
    join("s1", "stock").serve(8081);
    RawAgent caller = join("o1", "orders", "default/stock");
    until(caller, "ENDPOINTS default/stock", "NAMES ");

    apply("Timeout", "{request: 1s}");
    Update update = caller.update();

    assertThat(update.getResourcesList())
        .extracting(each -> each.getVersion().getType())
        .containsExactly(ResourceType.SERVICE_CONFIG);
    assertThat(update.getResources(0).getServiceConfig().getRules(0).getTimeout().getRequestNanos())
        .isEqualTo(1_000_000_000);
  }

  @Test
  void what_an_agent_could_not_build_is_told_and_not_sent_again_before_it_changes()
      throws Exception {
    join("s1", "stock").serve(8081);
    RawAgent caller = join("o1", "orders", "default/stock");
    until(caller, "ENDPOINTS default/stock", "NAMES ");

    apply("Timeout", "{request: 1s}");
    caller.nack(
        caller.update(),
        ResourceError.newBuilder()
            .setType(ResourceType.SERVICE_CONFIG)
            .setName("default/stock")
            .setMessage("too new for me")
            .build());
    eventuallyStatus("default/stock: too new for me");
    // A second instance is news; the refused config does not ride with it.
    join("s2", "stock").serve(8083);
    Update endpoints = caller.update();
    assertThat(endpoints.getResourcesList())
        .extracting(each -> each.getVersion().getType())
        .containsExactly(ResourceType.ENDPOINTS);
    caller.ack(endpoints);

    apply("Timeout", "{request: 2s}");

    assertThat(caller.update().getResourcesList())
        .extracting(each -> each.getVersion().getType())
        .containsExactly(ResourceType.SERVICE_CONFIG);
  }

  @Test
  void who_could_not_build_a_change_stays_at_the_generation_before_whatever_else_it_takes()
      throws Exception {
    join("s1", "stock").serve(8081);
    RawAgent caller = join("o1", "orders", "default/stock");
    until(caller, "ENDPOINTS default/stock", "NAMES ");
    await().until(() -> status("o1").path("current").asBoolean());
    long before = status("o1").path("generation").asLong();

    apply("Timeout", "{request: 1s}");
    caller.nack(
        caller.update(),
        ResourceError.newBuilder()
            .setType(ResourceType.SERVICE_CONFIG)
            .setName("default/stock")
            .setMessage("too new for me")
            .build());
    eventuallyStatus("default/stock: too new for me");
    join("s2", "stock").serve(8083);
    caller.ack(caller.update());

    assertThat(status("o1").path("generation").asLong()).isEqualTo(before);
    assertThat(status("o1").path("current").asBoolean()).isFalse();
    assertThat(status("o1").path("error").asText()).contains("too new for me");

    apply("Timeout", "{request: 2s}");
    caller.ack(caller.update());
    await().until(() -> status("o1").path("current").asBoolean());
  }

  @Test
  void one_more_endpoint_of_many_comes_as_a_delta() throws Exception {
    Map<String, InstanceState> ready = new TreeMap<>();
    RawAgent caller = join("o1", "orders", "default/stock");
    for (int i = 1; i <= 5; i++) {
      join("s" + i, "stock").serve(8080 + i);
      ready.put("s" + i, InstanceState.READY);
    }
    String hash = untilEndpoints(caller, ready);

    join("s6", "stock").serve(8086);
    Resource more = caller.update().getResources(0);

    assertThat(more.getEndpointsDelta().getBaseHash()).isEqualTo(hash);
    assertThat(more.getEndpointsDelta().getUpsertedList())
        .extracting(Endpoint::getUid)
        .containsExactly("s6");
  }

  @Test
  void who_comes_back_with_what_it_holds_is_sent_nothing() throws Exception {
    join("s1", "stock").serve(8081);
    RawAgent caller = join("o1", "orders", "default/stock");
    List<ResourceVersion> held =
        until(caller, "ENDPOINTS default/stock", "NAMES ").values().stream()
            .map(Resource::getVersion)
            .toList();
    caller.close();

    RawAgent back =
        kept(RawAgent.join(data, control.port(), "o1", "orders", held, "default/stock"));
    assertThat(back.next().hasWelcome()).isTrue();
    apply("Timeout", "{request: 1s}");

    // The first that it hears is what is new.
    assertThat(back.update().getResourcesList())
        .extracting(each -> each.getVersion().getType())
        .containsExactly(ResourceType.SERVICE_CONFIG);
  }

  @Test
  void a_broken_stream_makes_an_instance_lost_and_a_farewell_removes_it() throws Exception {
    RawAgent lost = join("s1", "stock").serve(8081);
    RawAgent leaving = join("s2", "stock").serve(8083);
    RawAgent caller = join("o1", "orders", "default/stock");
    untilEndpoints(caller, Map.of("s1", InstanceState.READY, "s2", InstanceState.READY));

    lost.close();
    untilEndpoints(caller, Map.of("s1", InstanceState.LOST, "s2", InstanceState.READY));
    leaving.goodbye();
    untilEndpoints(caller, Map.of("s1", InstanceState.LOST));
  }

  @Test
  void who_drains_is_told_once_its_callers_know() throws Exception {
    RawAgent stock = join("s1", "stock").serve(8081);
    RawAgent caller = join("o1", "orders", "default/stock");
    untilEndpoints(caller, Map.of("s1", InstanceState.READY));

    stock.drain();
    untilEndpoints(caller, Map.of("s1", InstanceState.DRAINING));

    while (!stock.next().hasDrained()) {
      // Updates of its own come before.
    }
  }

  @Test
  void a_wrong_token_is_refused_in_one_line() throws Exception {
    RawAgent agent =
        kept(
            RawAgent.join(
                data, control.port(), "abc.def", "x", "orders", List.of(), "default/stock"));

    assertThat(agent.ended().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(agent.ended().getDescription())
        .isEqualTo(
            "the join token is unknown here, has expired or is revoked: weft token list shows what"
                + " there is, weft token create makes a new one");
  }

  private RawAgent join(String uid, String service, String... subscriptions) throws IOException {
    return kept(RawAgent.join(data, control.port(), uid, service, List.of(), subscriptions));
  }

  private RawAgent kept(RawAgent agent) {
    agents.add(agent);
    return agent;
  }

  /** Acknowledges updates until all of these are there, and stock has an endpoint. */
  private static Map<String, Resource> until(RawAgent agent, String... wanted)
      throws InterruptedException {
    Map<String, Resource> held = new TreeMap<>();
    while (!held.keySet().containsAll(List.of(wanted)) || !complete(held)) {
      Update update = agent.update();
      for (Resource each : update.getResourcesList()) {
        held.put(each.getVersion().getType() + " " + each.getVersion().getName(), each);
      }
      agent.ack(update);
    }
    return held;
  }

  private static boolean complete(Map<String, Resource> held) {
    Resource stock = held.get("ENDPOINTS default/stock");
    return held.containsKey("SERVICE_CONFIG default/stock")
        && held.containsKey("TRUST ")
        && stock != null
        && (stock.hasEndpointsDelta() || stock.getEndpoints().getEndpointsCount() > 0);
  }

  private String untilEndpoints(RawAgent agent, Map<String, InstanceState> wanted)
      throws InterruptedException {
    Map<String, InstanceState> now = endpoints.computeIfAbsent(agent, a -> new TreeMap<>());
    String hash = "";
    while (!now.equals(wanted)) {
      Update update = agent.update();
      for (Resource each : update.getResourcesList()) {
        if (each.getVersion().getType() == ResourceType.ENDPOINTS) {
          hash = each.getVersion().getHash();
        }
        if (each.hasEndpoints()) {
          now.clear();
          each.getEndpoints().getEndpointsList().forEach(e -> now.put(e.getUid(), e.getState()));
        } else if (each.hasEndpointsDelta()) {
          each.getEndpointsDelta()
              .getUpsertedList()
              .forEach(e -> now.put(e.getUid(), e.getState()));
          each.getEndpointsDelta().getRemovedUidsList().forEach(now::remove);
        }
      }
      agent.ack(update);
    }
    return hash;
  }

  private void apply(String kind, String conf) throws Exception {
    String text =
        "{apiVersion: weft.io/v1, kind: %s, metadata: {name: a}, spec: {to: {service: stock}, conf: %s}}"
            .formatted(kind, conf);
    assertThat(
            admin()
                .post(address(), "/v1/config", text.getBytes(StandardCharsets.UTF_8), "f")
                .get()
                .status())
        .isEqualTo(200);
  }

  private void eventuallyStatus(String part) {
    await()
        .untilAsserted(
            () -> assertThat(admin().get(address(), "/v1/status").get().body()).contains(part));
  }

  private JsonNode status(String uid) throws Exception {
    String status = admin().get(address(), "/v1/status").get().body();
    for (JsonNode agent : new JsonMapper().readTree(status).path("agents")) {
      if (agent.path("uid").asText().equals(uid)) {
        return agent;
      }
    }
    throw new AssertionError(uid + " is not in " + status);
  }

  private AdminClient admin() throws IOException {
    return AdminClient.of(data.resolve("root.pem"), data.resolve("admin-token"));
  }

  private String address() {
    return "127.0.0.1:" + control.port();
  }
}
