package io.weft.control.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.weft.control.Control;
import io.weft.control.Options;
import io.weft.control.identity.Requests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each thing that the admin API can be asked for, by each who might ask. */
class AdminAccessTest {
  /** What each endpoint is asked below, and who alone is to get further than its door. */
  private static final String ASKED =
      """
      GET    | status                              | viewer
      GET    | edges                               | viewer
      GET    | denials                             | viewer
      GET    | history                             | viewer
      GET    | explain?from=default/a&to=b         | viewer
      GET    | config                              | viewer
      GET    | identity                            | viewer
      GET    | ca                                  | viewer
      GET    | ca/bundle                           | viewer
      POST   | config?dryRun=true                  | editor
      DELETE | config/Route/shop/nothing           | editor
      POST   | rollback?generation=1&dryRun=true   | editor
      GET    | tokens                              | admin
      POST   | tokens?purpose=NONE                 | admin
      DELETE | tokens/nothing                      | admin
      POST   | ca/rotate-not                       | admin
      POST   | ca/revoke?namespace=&principal=     | admin
      POST   | ca/sign?namespace=&principal=       | admin
      """;

  private static final JsonMapper JSON = new JsonMapper();
  @TempDir static Path data;
  private static Control control;
  private static HttpClient http;
  private static Map<String, String> tokens;

  record Asked(String method, String path, String least) {}

  static Stream<Asked> asked() {
    return ASKED
        .lines()
        .map(line -> line.split("\\s*\\|\\s*"))
        .map(columns -> new Asked(columns[0], columns[1], columns[2].strip()));
  }

  @BeforeAll
  static void startControl() throws Exception {
    control =
        Control.start(new Options("127.0.0.1", 0, "", "embedded:" + data.resolve("store"), data));
    http = client(null);
    String admin = Files.readString(data.resolve("admin-token")).strip();
    tokens =
        Map.of(
            "admin", admin,
            "viewer", create(admin, "purpose=ADMIN&role=VIEWER"),
            "editor", create(admin, "purpose=ADMIN&role=EDITOR&namespace=shop"));
  }

  @AfterAll
  static void stopControl() {
    control.close();
  }

  @ParameterizedTest
  @EnumSource
  void everything_that_can_be_asked_for_is_asked_for_here(Endpoint endpoint) {
    assertThat(asked())
        .anyMatch(
            each ->
                each.method().equals(endpoint.method())
                    && each.path().split("[/?]", 2)[0].equals(endpoint.step()));
  }

  @ParameterizedTest
  @MethodSource("asked")
  void who_has_less_than_the_role_gets_403_and_who_has_it_gets_further(Asked asked)
      throws Exception {
    boolean reached = false;
    for (String who : new String[] {"viewer", "editor", "admin"}) {
      reached |= asked.least().equals(who);
      int status = ask(asked, tokens.get(who));
      if (reached) {
        assertThat(status).as(who).isNotIn(401, 403, 503);
      } else {
        assertThat(status).as(who).isEqualTo(403);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("asked")
  void join_tokens_forgeries_and_nobody_get_401(Asked asked) throws Exception {
    String join = Files.readString(data.resolve("join-token")).strip();
    String[] parts = join.split("\\.");
    String viewer = token("viewer");

    assertThat(ask(asked, join)).isEqualTo(401);
    assertThat(ask(asked, parts[1] + "." + parts[2])).isEqualTo(401);
    assertThat(ask(asked, viewer.substring(0, viewer.indexOf('.')) + ".guess")).isEqualTo(401);
    assertThat(ask(asked, "")).isEqualTo(401);
    assertThat(ask(asked, null)).isEqualTo(401);
  }

  @Test
  void a_services_certificate_opens_nothing() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    KeyPair keys = generator.generateKeyPair();
    HttpResponse<String> signed =
        http.send(
            request("ca/sign?namespace=default&principal=orders", tokens.get("admin"))
                .method(
                    "POST", BodyPublishers.ofByteArray(Requests.request(keys, "SHA256withECDSA")))
                .build(),
            BodyHandlers.ofString());
    assertThat(signed.statusCode()).as(signed.body()).isEqualTo(200);
    String chain = JSON.readTree(signed.body()).path("chain").asText();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null);
    store.setKeyEntry(
        "orders",
        keys.getPrivate(),
        new char[0],
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(chain.getBytes(UTF_8)))
            .toArray(Certificate[]::new));

    HttpClient orders = client(store);

    for (Asked asked : asked().toList()) {
      assertThat(ask(orders, asked, null, "").statusCode()).as(asked.toString()).isEqualTo(401);
    }
  }

  @ParameterizedTest
  @CsvSource({"shop, 200", "default, 403", "weft-system, 403", "shop-2, 403"})
  void an_editor_changes_its_own_namespace_alone(String namespace, int status) throws Exception {
    Asked apply = new Asked("POST", "config", "editor");
    String editor = tokens.get("editor");

    HttpResponse<String> applied = ask(http, apply, editor, document(namespace, "calls"));
    assertThat(applied.statusCode()).as(applied.body()).isEqualTo(status);
    // A document that may not be takes its whole file with it.
    String file = document("shop", "other") + "---\n" + document(namespace, "calls");
    assertThat(ask(http, apply, editor, file).statusCode()).isEqualTo(status);
    assertThat(ask(new Asked("DELETE", "config/Timeout/" + namespace + "/calls", ""), editor))
        .isEqualTo(status);
  }

  private static String token(String of) {
    return Objects.requireNonNull(tokens.get(of));
  }

  @Test
  void a_token_that_has_expired_or_was_revoked_is_refused() throws Exception {
    Asked status = new Asked("GET", "status", "viewer");
    String brief = create(token("admin"), "purpose=ADMIN&role=ADMIN&seconds=1");
    String taken = create(token("admin"), "purpose=ADMIN&role=ADMIN");
    await().until(() -> ask(status, taken) == 200);

    await().until(() -> ask(status, brief) == 401);
    assertThat(
            ask(
                new Asked("DELETE", "tokens/" + taken.substring(0, taken.indexOf('.')), ""),
                tokens.get("admin")))
        .isEqualTo(200);
    await().until(() -> ask(status, taken) == 401);
  }

  private static String document(String namespace, String name) {
    return """
        apiVersion: weft.io/v1
        kind: Timeout
        metadata: {name: %s, namespace: %s}
        spec: {to: {service: %s}, conf: {request: 3s}}
        """
        .formatted(name, namespace, name);
  }

  private static String create(String admin, String parameters)
      throws IOException, InterruptedException {
    HttpResponse<String> made =
        ask(http, new Asked("POST", "tokens?" + parameters, "admin"), admin, "");
    JsonNode token = JSON.readTree(made.body()).path("token");
    assertThat(token.isTextual()).as(made.body()).isTrue();
    String text = token.asText();
    if (!parameters.contains("seconds")) {
      await().until(() -> ask(new Asked("GET", "identity", "viewer"), text) == 200);
    }
    return text;
  }

  private static int ask(Asked asked, @Nullable String token)
      throws IOException, InterruptedException {
    return ask(http, asked, token, "").statusCode();
  }

  private static HttpResponse<String> ask(
      HttpClient by, Asked asked, @Nullable String token, String body)
      throws IOException, InterruptedException {
    return by.send(
        request(asked.path(), token).method(asked.method(), BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(String path, @Nullable String token) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + control.port() + "/v1/" + path))
            .timeout(Duration.ofSeconds(30));
    return token == null ? request : request.header("authorization", "Bearer " + token);
  }

  private static HttpClient client(@Nullable KeyStore own)
      throws IOException, GeneralSecurityException {
    KeyStore roots = KeyStore.getInstance("PKCS12");
    roots.load(null);
    try (InputStream root = Files.newInputStream(data.resolve("root.pem"))) {
      roots.setCertificateEntry(
          "root", CertificateFactory.getInstance("X.509").generateCertificate(root));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(roots);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, new char[0]);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(tls).build();
  }
}
