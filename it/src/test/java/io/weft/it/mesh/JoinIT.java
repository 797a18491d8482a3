package io.weft.it.mesh;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.it.contract.app.PortApp;
import io.weft.it.process.Artifacts;
import io.weft.it.process.ControlService;
import io.weft.it.process.Etcd;
import io.weft.it.process.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwt.NumericDate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Real JVMs join two replicas of control, by all that one can join by, and by what one cannot. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JoinIT {
  private static final String ORDERS = "spiffe://example.org/ns/shop/sa/orders";

  private final Issuer issuer = new Issuer();
  private final List<JavaProcess> started = new ArrayList<>();
  private Path folder;
  private Etcd etcd;
  private Cluster cluster;
  private ControlService control;
  private ControlService replica;

  @BeforeAll
  void open(@TempDir Path temporary) throws Exception {
    folder = temporary;
    etcd = Etcd.start();
    cluster = new Cluster(folder);
    List<String> options = new ArrayList<>(cluster.options());
    options.addAll(List.of("--join-ca", issuer.root(folder).toString()));
    control = ControlService.etcd(folder, etcd.endpoint(), options.toArray(String[]::new));
    replica = ControlService.etcd(folder, etcd.endpoint(), options.toArray(String[]::new));
  }

  @AfterEach
  void stop() {
    started.parallelStream().forEach(JavaProcess::close);
    started.clear();
  }

  @AfterAll
  void close() throws Exception {
    for (AutoCloseable part : new AutoCloseable[] {replica, control, cluster, etcd}) {
      if (part != null) {
        part.close();
      }
    }
  }

  @Test
  void a_service_account_token_joins_as_its_account_and_nobody_else() throws Exception {
    JavaProcess process = kubernetes("shop", "front", cluster.token("shop", "orders"));

    assertThat(identity(process)).isEqualTo("spiffe://weft.local/ns/shop/sa/orders");
  }

  @Test
  void the_keys_of_a_cluster_may_change_and_a_token_of_the_old_one_is_worth_nothing()
      throws Exception {
    kubernetes("shop", "before", cluster.token("shop", "before"))
        .awaitLine(Pattern.quote("in mesh"));
    PublicJsonWebKey old = cluster.rotate();

    JavaProcess after = kubernetes("shop", "after", cluster.token("shop", "after"));
    assertThat(identity(after)).endsWith("/sa/after");

    refused(
        kubernetes("shop", "late", cluster.token("shop", "late", old, claims -> {})),
        "signed by no key");
  }

  @Test
  void a_service_account_token_that_proves_nothing_registers_nothing() throws Exception {
    Map<Path, String> bad = new LinkedHashMap<>();
    bad.put(
        cluster.token(
            "shop",
            "orders",
            cluster.key(),
            claims ->
                claims.setExpirationTime(
                    NumericDate.fromSeconds(NumericDate.now().getValue() - 60))),
        "has expired");
    bad.put(
        cluster.token("shop", "orders", cluster.key(), claims -> claims.setAudience("vault")),
        "is not for audience weft");
    bad.put(
        cluster.token("shop", "orders", cluster.key(), claims -> claims.setIssuer("https://other")),
        "is not of issuer " + Cluster.ISSUER);
    PublicJsonWebKey other = Cluster.newKey();
    other.setKeyId(cluster.key().getKeyId());
    bad.put(cluster.token("shop", "orders", other, claims -> {}), "is not signed by its key");
    bad.put(cluster.unsigned("shop", "orders"), "is not signed by its key");
    Map<JavaProcess, String> processes = new LinkedHashMap<>();
    bad.forEach((file, why) -> processes.put(kubernetes("shop", "orders", file), why));

    processes.forEach(this::refused);
  }

  @Test
  void a_certificate_of_a_believed_issuer_joins_as_its_spiffe_id_says() throws Exception {
    JavaProcess process = certificate("orders", issuer.issue(folder, Duration.ofHours(1), ORDERS));

    assertThat(identity(process)).isEqualTo("spiffe://weft.local/ns/shop/sa/orders");
  }

  @Test
  void a_certificate_that_proves_nothing_registers_nothing() throws Exception {
    Map<JavaProcess, String> processes = new LinkedHashMap<>();
    processes.put(
        certificate("orders", issuer.issue(folder, Duration.ofSeconds(-1), ORDERS)),
        "has expired at");
    processes.put(
        certificate("orders", new Issuer().issue(folder, Duration.ofHours(1), ORDERS)),
        "is of no authority that this control believes");
    processes.put(
        certificate("orders", issuer.issue(folder, Duration.ofHours(1))), "must have one URI");
    processes.put(
        certificate(
            "orders",
            issuer.issue(
                folder, Duration.ofHours(1), ORDERS, "spiffe://example.org/ns/shop/sa/stock")),
        "must have one URI among its names, its SPIFFE ID, and has 2");
    Issuer.Issued one = issuer.issue(folder, Duration.ofHours(1), ORDERS);
    Issuer.Issued other = issuer.issue(folder, Duration.ofHours(1), ORDERS);
    processes.put(
        certificate("orders", new Issuer.Issued(one.certificate(), other.key())),
        "is not that of the certificate in");

    processes.forEach(this::refused);
  }

  @Test
  void a_token_of_another_service_or_namespace_registers_nothing() throws Exception {
    control.apply(
        "{apiVersion: weft.io/v1, kind: Service, metadata: {name: vault},"
            + " spec: {ports: [{number: 80}], principals: [keeper]}}");
    Path orders = token("orders", "default");

    refused(joins("default", "vault", orders), "may not be default/vault");
    refused(
        kubernetes("default", "vault", cluster.token("default", "orders")),
        "may not be default/vault");
    refused(joins("bank", "orders", orders), "is for namespace default alone");
    refused(
        kubernetes("bank", "orders", cluster.token("default", "orders")),
        "is for namespace default alone");
  }

  @Test
  void revoking_a_token_ends_its_streams_on_every_replica_until_there_is_another()
      throws Exception {
    Path file = token("stock", "default");
    String id = Files.readString(file).split("\\.", -1)[1];
    Map<String, String> environment = new HashMap<>();
    environment.put("WEFT_TOKEN_FILE", file.toString());
    environment.put("WEFT_CONTROL", replica.address());
    JavaProcess process = start("default", "stock", environment);
    assertThat(identity(process)).endsWith("/sa/stock");

    control.weft("token", "revoke", id);

    refused(process, "the join token " + id + " has been revoked");
    Files.move(token("stock", "default"), file, StandardCopyOption.REPLACE_EXISTING);
    assertThat(identity(process)).endsWith("/sa/stock");
  }

  @Test
  void what_is_missing_is_named_with_the_setting_that_mends_it() {
    Map<JavaProcess, String> processes = new LinkedHashMap<>();
    processes.put(
        start("default", "a", Map.of("WEFT_JOIN", "x509")), "set weft.x509.certificate.file");
    processes.put(
        start("default", "b", Map.of("WEFT_JOIN", "kubernetes")), "weft.kubernetes.token.file");
    processes.put(
        start(
            "default",
            "c",
            Map.of(
                "WEFT_JOIN",
                "kubernetes",
                "WEFT_KUBERNETES_TOKEN_FILE",
                control.data().resolve("join-token").toString())),
        "set weft.control.ca.file");

    processes.forEach(this::refused);
  }

  private JavaProcess kubernetes(String namespace, String service, Path token) {
    return start(
        namespace,
        service,
        Map.of(
            "WEFT_JOIN", "kubernetes",
            "WEFT_KUBERNETES_TOKEN_FILE", token.toString(),
            "WEFT_CONTROL_CA_FILE", control.data().resolve("root.pem").toString()));
  }

  private JavaProcess certificate(String service, Issuer.Issued issued) {
    return start(
        "shop",
        service,
        Map.of(
            "WEFT_JOIN", "x509",
            "WEFT_X509_CERTIFICATE_FILE", issued.certificate().toString(),
            "WEFT_X509_KEY_FILE", issued.key().toString(),
            "WEFT_CONTROL_CA_FILE", control.data().resolve("root.pem").toString()));
  }

  private JavaProcess joins(String namespace, String service, Path token) {
    return start(namespace, service, Map.of("WEFT_TOKEN_FILE", token.toString()));
  }

  private JavaProcess start(String namespace, String service, Map<String, String> more) {
    Map<String, String> environment = new HashMap<>();
    environment.put("WEFT_CONTROL", control.address());
    environment.put("WEFT_DIR", folder.resolve("agent" + started.size()).toString());
    environment.put("WEFT_SERVICE", service);
    environment.put("WEFT_NAMESPACE", namespace);
    environment.putAll(more);
    JavaProcess process =
        JavaProcess.of(service)
            .agent("")
            .env(environment)
            .main(List.of(Artifacts.existing("it/target/test-classes")), PortApp.class.getName())
            .start();
    started.add(process);
    return process;
  }

  /** A file with a new join token. */
  private Path token(String principal, String namespace) throws IOException {
    return Files.writeString(
        Files.createTempFile(folder, "join", ""),
        control.weft("token", "create", "--principal", principal, "--namespace", namespace));
  }

  /** As whom a process is certified, once it is. */
  private String identity(JavaProcess process) {
    return eventually()
        .until(
            () ->
                agents(process).stream()
                    .map(agent -> agent.path("identity").path("spiffeId").asText())
                    .filter(id -> !id.isEmpty())
                    .findFirst()
                    .orElse(""),
            id -> !id.isEmpty());
  }

  /** It says why in one line, and control has it neither among agents nor among instances. */
  private void refused(JavaProcess process, String why) {
    int port = Integer.parseInt(process.awaitLine("serving on port (\\d+)").group(1));
    String line = process.awaitLine("^\\[weft\\] .*" + Pattern.quote(why) + ".*").group();
    assertThat(line).contains("the application runs on");
    eventually()
        .untilAsserted(
            () -> {
              assertThat(agents(process)).isEmpty();
              assertThat(control.admin().status().path("instances"))
                  .noneMatch(each -> each.path("ports").toString().contains("" + port));
            });
    assertThat(process.isAlive()).isTrue();
    assertThat(process.output()).noneMatch(each -> each.startsWith("\tat "));
  }

  private List<JsonNode> agents(JavaProcess process) {
    List<JsonNode> mine = new ArrayList<>();
    for (JsonNode agent : control.admin().status().path("agents")) {
      if (agent.path("pid").asLong() == process.pid()) {
        mine.add(agent);
      }
    }
    return mine;
  }

  private static ConditionFactory eventually() {
    return await().atMost(60, SECONDS).pollInterval(Duration.ofMillis(200));
  }
}
