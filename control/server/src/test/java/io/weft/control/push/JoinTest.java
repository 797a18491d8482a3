package io.weft.control.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.grpc.Status;
import io.weft.api.v1.Certificate;
import io.weft.api.v1.Credential;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.Update;
import io.weft.control.Control;
import io.weft.control.Options;
import io.weft.control.admin.AdminClient;
import io.weft.control.identity.CaOptions;
import io.weft.control.identity.Requests;
import io.weft.control.join.Cluster;
import io.weft.control.join.JoinOptions;
import io.weft.control.join.JoinOptions.Kubernetes;
import io.weft.control.join.TestIssuer;
import io.weft.control.store.EtcdAccess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwt.JwtClaims;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may be what, see what, and for how long. */
class JoinTest {
  @TempDir Path data;
  private final Instant now = Instant.now();
  private final TestIssuer issuer = new TestIssuer(now.minusSeconds(3_600));
  private final List<RawAgent> agents = new ArrayList<>();
  private PublicJsonWebKey key;
  private Control control;

  @BeforeEach
  void startControl() throws Exception {
    key = Cluster.ec("k");
    Path jwks = Files.writeString(data.resolve("jwks.json"), Cluster.jwks(key));
    control =
        Control.start(
            new Options(
                "127.0.0.1",
                0,
                "",
                "embedded:" + data.resolve("store"),
                EtcdAccess.OPEN,
                data,
                CaOptions.in(data),
                new JoinOptions(
                    Optional.of(
                        new Kubernetes(
                            Cluster.ISSUER,
                            "weft",
                            jwks.toString(),
                            Optional.empty(),
                            Optional.empty())),
                    Optional.of(issuer.file(data)))));
  }

  @AfterEach
  void stopControl() {
    agents.forEach(RawAgent::close);
    control.close();
  }

  @Test
  void a_service_account_is_certified_by_its_own_name_whatever_it_calls_itself() throws Exception {
    RawAgent agent = kubernetes("shop", "orders", "u1", "shop", "front");

    assertThat(agent.next().hasWelcome()).isTrue();
    assertThat(certifiedAs(agent)).isEqualTo("spiffe://weft.local/ns/shop/sa/orders");
  }

  @Test
  void a_certificate_of_a_believed_issuer_joins_as_its_spiffe_id_says() throws Exception {
    RawAgent agent =
        x509(issuer.issue(now, "spiffe://example.org/ns/shop/sa/orders"), "shop", "orders");

    assertThat(agent.next().hasWelcome()).isTrue();
    assertThat(certifiedAs(agent)).isEqualTo("spiffe://weft.local/ns/shop/sa/orders");
  }

  @Test
  void a_certificate_of_somebody_else_or_none_joins_as_nobody() throws Exception {
    String id = "spiffe://example.org/ns/shop/sa/orders";

    refused(
        x509(new TestIssuer(now.minusSeconds(60)).issue(now, id), "shop", "orders"),
        Status.Code.UNAUTHENTICATED,
        "of no authority that this control believes");
    refused(
        kept(
            RawAgent.join(
                data,
                control.port(),
                Credential.newBuilder().setX509(true).build(),
                RawAgent.identity("u", "shop", "orders"))),
        Status.Code.UNAUTHENTICATED,
        "no certificate was shown");
  }

  @Test
  void a_credential_of_one_namespace_is_worth_nothing_in_another() throws Exception {
    refused(
        kubernetes("shop", "orders", "u1", "bank", "orders"),
        Status.Code.PERMISSION_DENIED,
        "is for namespace shop alone, and the agent says bank (weft.namespace)");
    refused(
        token(token("orders", "shop"), "u1", "bank", "orders"),
        Status.Code.PERMISSION_DENIED,
        "is for namespace shop alone");
    assertThat(status()).doesNotContain("orders");
  }

  @Test
  void a_principal_that_a_service_does_not_allow_neither_registers_as_it_nor_sees_its_rules()
      throws Exception {
    apply(service("stock", "principals: [warehouse]"));

    refused(
        token(token("orders", "default"), "u1", "default", "stock"),
        Status.Code.PERMISSION_DENIED,
        "proves principal orders, which may not be default/stock: its Service allows warehouse");
    refused(
        kubernetes("default", "orders", "u2", "default", "stock"),
        Status.Code.PERMISSION_DENIED,
        "which may not be default/stock");
    refused(
        token(member(), "u3", "default", "stock"),
        Status.Code.PERMISSION_DENIED,
        "proves principal (none)");
    assertThat(status()).doesNotContain("u1", "u2", "u3");

    assertThat(kubernetes("default", "warehouse", "u4", "default", "stock").next().hasWelcome())
        .isTrue();
  }

  @Test
  void who_proves_membership_alone_is_not_certified_as_a_principal_that_a_service_lists()
      throws Exception {
    apply(service("stock", "principals: [warehouse]"));

    refused(
        token(member(), "u1", "default", "warehouse"),
        Status.Code.PERMISSION_DENIED,
        "default/warehouse is a principal of Service default/stock");
  }

  @Test
  void an_instance_is_gone_once_its_service_allows_its_principal_no_more() throws Exception {
    RawAgent agent = token(token("orders", "default"), "u1", "default", "stock").serve(8081);
    await().untilAsserted(() -> assertThat(instances()).contains("u1"));

    apply(service("stock", "principals: [warehouse]"));

    refused(agent, Status.Code.PERMISSION_DENIED, "may not be default/stock");
    await().untilAsserted(() -> assertThat(status()).doesNotContain("u1"));
  }

  @Test
  void revoking_a_token_ends_its_streams_alone_and_it_is_worth_nothing_from_then_on()
      throws Exception {
    String stolen = token("orders", "default");
    RawAgent thief = token(stolen, "u1", "default", "orders").serve(8081);
    RawAgent other = token(member(), "u2", "default", "stock").serve(8082);
    await().untilAsserted(() -> assertThat(instances()).contains("u1", "u2"));

    revoke(stolen);

    refused(thief, Status.Code.UNAUTHENTICATED, "has been revoked");
    await().untilAsserted(() -> assertThat(status()).doesNotContain("u1"));
    refused(
        token(stolen, "u3", "default", "orders"), Status.Code.UNAUTHENTICATED, "is unknown here");
    assertThat(certifiedAs(other)).endsWith("sa/stock");
  }

  @Test
  void who_comes_back_with_a_new_token_in_time_is_never_gone() throws Exception {
    String old = token("orders", "default");
    RawAgent before = token(old, "u1", "default", "orders").serve(8081);
    token(old, "u2", "default", "orders").serve(8082);
    await().untilAsserted(() -> assertThat(instances()).contains("u1", "u2"));

    revoke(old);
    refused(before, Status.Code.UNAUTHENTICATED, "has been revoked");
    RawAgent after = token(token("orders", "default"), "u1", "default", "orders").serve(8081);
    assertThat(after.next().hasWelcome()).isTrue();

    await().untilAsserted(() -> assertThat(instances()).doesNotContain("u2"));
    await().untilAsserted(() -> assertThat(instances()).contains("u1"));
  }

  @Test
  void nobody_takes_over_the_instance_of_another_service() throws Exception {
    RawAgent victim = token(member(), "u1", "default", "stock").serve(8081);
    await().untilAsserted(() -> assertThat(instances()).contains("u1"));

    refused(
        token(token("orders", "default"), "u1", "default", "orders"),
        Status.Code.PERMISSION_DENIED,
        "instance u1 is somebody else's");
    refused(
        token(token("orders", "default"), "u1", "default", "stock"),
        Status.Code.PERMISSION_DENIED,
        "instance u1 is somebody else's");
    assertThat(certifiedAs(victim)).endsWith("sa/stock");

    victim.close();
    refused(
        token(token("orders", "default"), "u1", "default", "orders"),
        Status.Code.PERMISSION_DENIED,
        "instance u1 is somebody else's");
  }

  @Test
  void a_service_of_its_namespace_alone_is_neither_named_nor_shown_elsewhere() throws Exception {
    apply(service("vault", "visibility: namespace"));
    apply(
        """
        apiVersion: weft.io/v1
        kind: Route
        metadata: {name: front}
        spec:
          to: {service: front}
          conf: {rules: [{backends: [{service: vault}, {service: front}]}]}
        """);
    token(member(), "v1", "default", "vault").serve(8081);
    token(member(), "f1", "default", "front").serve(8082);
    await().untilAsserted(() -> assertThat(instances()).contains("v1", "f1"));

    Set<String> near =
        held(token(member(), "u1", "default", "near", "default/vault", "default/front"), 7);
    Set<String> far =
        held(token(member(), "u2", "far", "far", "default/vault", "default/front"), 5);

    assertThat(near)
        .contains("ENDPOINTS default/vault", "SERVICE_CONFIG default/vault", "name vault");
    assertThat(far)
        .contains("ENDPOINTS default/front", "SERVICE_CONFIG default/front", "name front")
        .noneMatch(each -> each.contains("default/vault") || each.equals("name vault"));
  }

  @Test
  void nobody_registers_as_what_is_outside_the_mesh_of_which_callers_are_sent_where_it_is()
      throws Exception {
    apply(
        """
        apiVersion: weft.io/v1
        kind: ExternalService
        metadata: {name: pay}
        spec: {hosts: [api.example.com]}
        """);

    refused(
        token(member(), "u1", "default", "pay"),
        Status.Code.PERMISSION_DENIED,
        "default/pay is an ExternalService, which stands for hosts outside the mesh alone");
    assertThat(held(token(member(), "u2", "default", "front", "default/pay"), 6))
        .contains("ENDPOINTS default/pay", "SERVICE_CONFIG default/pay", "name pay");
  }

  @Test
  void who_guesses_is_slowed_and_good_agents_from_there_are_not() throws Exception {
    Status.Code last = Status.Code.OK;
    for (int i = 0; i < 40 && last != Status.Code.RESOURCE_EXHAUSTED; i++) {
      Status status = token("guess.number" + i, "g", "default", "orders").ended();
      last = status.getCode();
      assertThat(status.getDescription()).doesNotContain("\n").contains("is unknown here");
    }
    assertThat(last).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);

    for (int i = 0; i < 30; i++) {
      token(member(), "u" + i, "default", "orders");
    }
    for (RawAgent each : agents.subList(agents.size() - 30, agents.size())) {
      assertThat(each.next().hasWelcome()).isTrue();
    }
  }

  @Test
  void the_same_wrong_credential_is_not_looked_at_for_long() throws Exception {
    String text = "";
    for (int i = 0; i < 10; i++) {
      text = token("same.wrong", "g", "default", "orders").ended().getDescription();
    }

    assertThat(text).contains("has failed too often");
  }

  private RawAgent token(
      String credential, String uid, String namespace, String service, String... subscriptions) {
    return kept(
        RawAgent.join(
            data,
            control.port(),
            Credential.newBuilder().setToken(credential).build(),
            RawAgent.identity(uid, namespace, service),
            subscriptions));
  }

  private RawAgent kubernetes(
      String namespace, String account, String uid, String saysNamespace, String saysService)
      throws Exception {
    return kubernetes(Cluster.claims(namespace, account, now), uid, saysNamespace, saysService);
  }

  private RawAgent kubernetes(JwtClaims claims, String uid, String namespace, String service)
      throws Exception {
    return kept(
        RawAgent.join(
            data,
            control.port(),
            Credential.newBuilder()
                .setKubernetesServiceAccountToken(Cluster.token(claims, key))
                .build(),
            RawAgent.identity(uid, namespace, service)));
  }

  private RawAgent x509(TestIssuer.Issued issued, String namespace, String service) {
    return kept(
        RawAgent.join(
            data,
            control.port(),
            issued.key(),
            issued.chain(),
            RawAgent.identity("u", namespace, service)));
  }

  private RawAgent kept(RawAgent agent) {
    agents.add(agent);
    return agent;
  }

  private static void refused(RawAgent agent, Status.Code code, String part) throws Exception {
    Status status = agent.ended();
    assertThat(status.getDescription()).contains(part).doesNotContain("\n");
    assertThat(status.getCode()).isEqualTo(code);
  }

  private static String certifiedAs(RawAgent agent) throws Exception {
    agent.certify(Requests.request());
    Certificate answer = agent.certificate();
    assertThat(answer.getError()).isEmpty();
    X509Certificate leaf =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(answer.getChain(0).newInput());
    return String.valueOf(leaf.getSubjectAlternativeNames().iterator().next().get(1));
  }

  /** Of updates, what resources and names they hold, until there are as many. */
  private static Set<String> held(RawAgent agent, int number) throws InterruptedException {
    Set<String> held = new TreeSet<>();
    while (held.size() < number) {
      Update update = agent.update();
      for (Resource each : update.getResourcesList()) {
        held.add(each.getVersion().getType() + " " + each.getVersion().getName());
        for (ServiceName name : each.getNames().getServicesList()) {
          held.add("name " + name.getName());
        }
      }
      agent.ack(update);
    }
    return held;
  }

  private static String service(String name, String spec) {
    return "{apiVersion: weft.io/v1, kind: Service, metadata: {name: %s}, spec: {ports: [{number: 80}], %s}}"
        .formatted(name, spec);
  }

  private void apply(String text) throws Exception {
    AdminClient.Answer answer =
        admin().post(address(), "/v1/config", text.getBytes(StandardCharsets.UTF_8), "f").get();
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  /** The credential of a new token of one principal. */
  private String token(String principal, String namespace) throws Exception {
    String body =
        admin()
            .post(
                address(),
                "/v1/tokens?purpose=JOIN&namespace=" + namespace + "&principal=" + principal,
                new byte[0],
                "")
            .get()
            .body();
    return credential(new JsonMapper().readTree(body).path("token").asText());
  }

  private String member() throws IOException {
    return credential(Files.readString(data.resolve("join-token")).strip());
  }

  private static String credential(String text) {
    String[] parts = text.split("\\.", -1);
    return parts[1] + "." + parts[2];
  }

  private void revoke(String credential) throws Exception {
    String id = credential.substring(0, credential.indexOf('.'));
    assertThat(admin().delete(address(), "/v1/tokens/" + id).get().status()).isEqualTo(200);
  }

  private String status() throws Exception {
    return admin().get(address(), "/v1/status").get().body();
  }

  private String instances() throws Exception {
    return new JsonMapper().readTree(status()).path("instances").toString();
  }

  private AdminClient admin() throws IOException {
    return AdminClient.of(data.resolve("root.pem"), data.resolve("admin-token"));
  }

  private String address() {
    return "127.0.0.1:" + control.port();
  }
}
