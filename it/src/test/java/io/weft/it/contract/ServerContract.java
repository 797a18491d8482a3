package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.contract.app.JdkServerApp;
import io.weft.it.process.JavaProcess;
import io.weft.it.process.SpanSink.Span;
import io.weft.it.process.TokenIssuer;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a server owes the mesh when its application serves on two ports of plain HTTP. The
 * application answers as {@link io.weft.it.contract.app.Desk} says and prints {@code serving on
 * port N} for each port.
 */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(ContractMesh.Extension.class)
abstract class ServerContract {
  private static final Pattern PORT = Pattern.compile("serving on port (\\d+)");
  private static final String ANSWERED = "http.response.status_code";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Random random = new Random(getClass().getName().hashCode());
  private ContractMesh mesh;
  private JavaProcess app;
  private List<Integer> ports;
  private JavaProcess bare;
  private int barePort;

  /** The application under test, to be started. */
  abstract JavaProcess.Builder application();

  /** The same with as little of threads and places for connections as it can do with. */
  JavaProcess.Builder besieged() {
    return application();
  }

  /** Whether very many connections are tried on it. */
  boolean flooded() {
    return false;
  }

  /** The name of its service; no other contract's. */
  String service() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  @BeforeAll
  void start(ContractMesh shared) {
    mesh = shared;
    app = mesh.start(service(), application());
    bare = application().start();
    ports = ports(app);
    barePort = ports(bare).get(0);
    eventually().until(() -> mesh.ports(app).size() == 2);
    // Its own name is known to it from the moment it is registered.
    eventually()
        .untilAsserted(
            () ->
                assertThat(get("/call?http://" + service() + "/status?200").statusCode())
                    .isEqualTo(200));
  }

  @AfterAll
  void end() {
    app.close();
    bare.close();
  }

  @Test
  void its_ports_are_in_status_once_they_are_bound_and_no_longer_when_one_is_closed() {
    JavaProcess other = mesh.start(service() + "-closing", application());
    List<Integer> bound = ports(other);
    eventually()
        .untilAsserted(
            () ->
                assertThat(mesh.ports(other))
                    .containsExactlyInAnyOrder(bound.get(0) + "/http", bound.get(1) + "/http"));

    other.send("close");

    eventually()
        .untilAsserted(() -> assertThat(mesh.ports(other)).containsExactly(bound.get(0) + "/http"));
    other.close();
  }

  @Test
  void a_trace_goes_on_in_a_span_that_tells_of_the_request_and_its_answer() {
    String trace = newTrace();

    HttpResponse<String> answer = get("/headers?a=b", "traceparent", parent(trace));

    Span span = onlySpan(trace);
    assertThat(span.kind()).isEqualTo(Span.SERVER);
    assertThat(span.parent()).isEqualTo("00f067aa0ba902b7");
    assertThat(span.name()).startsWith("GET");
    assertThat(span.attribute("http.request.method")).isEqualTo("GET");
    assertThat(span.attribute("url.path")).isEqualTo("/headers");
    assertThat(span.attribute("url.scheme")).isEqualTo("http");
    assertThat(span.attribute("server.port")).isEqualTo(ports.get(0).toString());
    assertThat(span.attribute("network.peer.address")).isEqualTo("127.0.0.1");
    assertThat(span.attribute(ANSWERED)).isEqualTo("200");
    assertThat(span.status()).isNotEqualTo(Span.ERROR);
    assertThat(answer.body().toLowerCase(Locale.ROOT))
        .as("the application sees the server's span as the parent of what it does")
        .contains("traceparent: 00-" + trace + "-" + span.id() + "-01");
  }

  @Test
  void a_request_without_a_trace_begins_one() {
    Matcher seen =
        Pattern.compile("(?i)traceparent: 00-(\\p{XDigit}{32})-(\\p{XDigit}{16})-0[01]")
            .matcher(get("/headers").body());

    assertThat(seen.find()).isTrue();
    Span span = onlySpan(seen.group(1));
    assertThat(span.id()).isEqualTo(seen.group(2));
    assertThat(span.parent()).matches("0*");
  }

  @ParameterizedTest
  @CsvSource({"204,false", "304,false", "404,false", "500,true", "503,true"})
  void its_span_has_the_status_of_the_answer(int status, boolean error) {
    String trace = newTrace();

    assertThat(get("/status?" + status, "traceparent", parent(trace)).statusCode())
        .isEqualTo(status);

    Span span = onlySpan(trace);
    assertThat(span.attribute(ANSWERED)).isEqualTo(Integer.toString(status));
    assertThat(span.status() == Span.ERROR).isEqualTo(error);
  }

  @Test
  void an_application_that_throws_is_an_error_in_its_span_and_does_what_it_does_without_the_mesh() {
    String trace = newTrace();

    String answer = outcome(ports.get(0), "/throw", "traceparent", parent(trace));

    assertThat(answer).isEqualTo(outcome(barePort, "/throw"));
    assertThat(onlySpan(trace).status()).isEqualTo(Span.ERROR);
  }

  @Test
  void headers_of_the_mesh_that_a_stranger_sends_are_not_seen_and_all_others_are() {
    String seen =
        get("/headers", "weft-caller", "orders", "Weft-Deadline", "1", "x-weft", "a", "x-weft", "b")
            .body()
            .toLowerCase(Locale.ROOT);

    assertThat(seen).doesNotContain("weft-caller", "weft-deadline").contains("x-weft: a,b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/call", "/async/call"})
  void a_call_made_while_serving_belongs_to_the_request_on_its_thread_or_on_another(String path) {
    String trace = newTrace();

    String seen =
        get(path + "?http://" + service() + "/headers", "traceparent", parent(trace)).body();

    assertThat(seen).containsIgnoringCase("traceparent: 00-" + trace);
    eventually().untilAsserted(() -> assertThat(mesh.spans().of(trace)).hasSize(3));
    List<Span> spans = mesh.spans().of(trace);
    Span outer =
        spans.stream().filter(s -> s.parent().equals("00f067aa0ba902b7")).findFirst().orElseThrow();
    Span call = spans.stream().filter(s -> s.parent().equals(outer.id())).findFirst().orElseThrow();
    Span inner = spans.stream().filter(s -> s.parent().equals(call.id())).findFirst().orElseThrow();
    assertThat(outer.kind()).isEqualTo(Span.SERVER);
    assertThat(outer.attribute(ANSWERED)).isEqualTo("200");
    assertThat(call.kind()).isEqualTo(Span.CLIENT);
    assertThat(inner.kind()).isEqualTo(Span.SERVER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/call", "/async/call"})
  void the_time_its_caller_has_left_goes_on_with_the_calls_it_makes(String path) {
    Stock stock = mesh.stock();
    eventually()
        .untilAsserted(() -> assertThat(get("/call?http://stock/").statusCode()).isEqualTo(200));
    stock.reset();

    get(path + "?http://stock/", "weft-timeout", "30S");
    get(path + "?http://stock/");

    List<String> left =
        stock.requests().stream().map(request -> request.header("weft-timeout")).toList();
    assertThat(left).filteredOn(String::isEmpty).as("without one").hasSize(1);
    assertThat(left)
        .filteredOn(time -> !time.isEmpty())
        .singleElement()
        .asString()
        .matches("2\\d{4}m|2\\d{7}u");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/call", "/async/call"})
  void what_it_calls_for_a_request_that_was_tried_before_is_not_tried_again(String path) {
    Stock stock = mesh.stock();
    eventually()
        .untilAsserted(() -> assertThat(get("/call?http://stock/").statusCode()).isEqualTo(200));
    mesh.awaitAcked(
        app,
        mesh.admin()
            .apply(
                """
                apiVersion: weft.io/v1
                kind: Retry
                metadata: {name: %1$s}
                spec:
                  from: {service: %1$s}
                  to: {service: stock}
                  conf: {attempts: 3, on: [5xx], backoff: {base: 1ms, max: 1ms}}
                """
                    .formatted(service())));

    stock.reset();
    stock.both((request, reply) -> reply.send(503, ""));
    get(path + "?http://stock/");
    assertThat(stock.requests()).hasSize(3);

    stock.reset();
    stock.both((request, reply) -> reply.send(503, ""));
    get(path + "?http://stock/", "weft-attempt", "2");
    assertThat(stock.requests())
        .singleElement()
        .satisfies(request -> assertThat(request.header("weft-attempt")).isEqualTo("2"));

    stock.reset();
    mesh.awaitAcked(app, mesh.admin().delete("Retry", "default", service()));
  }

  @Test
  void a_fault_of_the_called_service_delays_and_answers_in_its_place() {
    fault(
        """
        {side: callee, matches: [{path: {value: /throw}}, {headers: [{name: x-fault, value: abort}]}],
         abort: {httpStatus: 503}}""");
    String trace = newTrace();

    HttpResponse<String> broken = get("/throw", "traceparent", parent(trace));

    assertThat(broken.statusCode()).isEqualTo(503);
    assertThat(broken.headers().firstValue("weft-reason"))
        .hasValue("Fault/default/" + service() + " injected");
    assertThat(broken.body()).contains("Fault/default/" + service());
    assertThat(onlySpan(trace).attribute(ANSWERED)).isEqualTo("503");
    assertThat(onlySpan(trace).events()).extracting(Span.Event::name).containsExactly("weft.fault");
    assertThat(get("/status?200", "x-fault", "abort").statusCode()).isEqualTo(503);
    assertThat(get("/status?200").statusCode()).isEqualTo(200);

    fault("{side: callee, matches: [{path: {value: /status}}], delay: {fixed: 100ms}}");
    assertThat(get("/status?204").statusCode()).isEqualTo(204);

    fault("{side: callee, matches: [{path: {value: /status}}], delay: {fixed: 1h}}");
    HttpResponse<String> late = get("/status?204", "weft-timeout", "100m");
    assertThat(late.statusCode()).isEqualTo(504);
    assertThat(late.headers().firstValue("weft-reason").orElse("")).startsWith("Fault/default/");

    mesh.awaitAcked(app, mesh.admin().delete("Fault", "default", service()));
    assertThat(get("/status?204").statusCode()).isEqualTo(204);
  }

  @Test
  void telemetry_says_which_traces_are_kept_what_spans_tell_and_what_is_logged() {
    put(
        "Telemetry",
        "{side: callee, tracing: {percent: 0}, attributes: [{name: shop.customer, header:"
            + " x-customer}], accessLog: {minStatus: 500}}");
    String trace = newTrace();

    assertThat(get("/headers").body())
        .containsPattern("(?i)traceparent: 00-\\p{XDigit}{32}-\\p{XDigit}{16}-00");
    get("/status?501", "traceparent", parent(trace), "x-customer", "tea lover");

    assertThat(onlySpan(trace).attribute("shop.customer")).isEqualTo("tea lover");
    app.awaitLine(
        "ACCESS side=callee method=GET path=/status status=501 ms=\\d+ peer=127.0.0.1 trace="
            + trace);
    assertThat(app.output())
        .noneMatch(line -> line.contains("ACCESS") && line.contains("/headers"));

    mesh.awaitAcked(app, mesh.admin().delete("Telemetry", "default", service()));
    assertThat(get("/headers").body())
        .containsPattern("(?i)traceparent: 00-\\p{XDigit}{32}-\\p{XDigit}{16}-01");
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "global"})
  void a_rate_that_is_spent_is_429_and_says_when_to_come_again(String scope) {
    // In a test's time no request is added to those that may come at once.
    put(
        "RateLimit",
        "{limitForPeriod: 3, limitRefreshPeriod: 1h, key: path, scope: " + scope + "}");
    for (int i = 0; i < 3; i++) {
      assertThat(get("/status?204").statusCode()).isEqualTo(204);
    }
    String trace = newTrace();

    HttpResponse<String> refused = get("/status?204", "traceparent", parent(trace));

    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("weft-reason").orElse(""))
        .startsWith("RateLimit/default/" + service());
    assertThat(refused.headers().firstValueAsLong("retry-after").orElse(0)).isPositive();
    assertThat(onlySpan(trace).attribute(ANSWERED)).isEqualTo("429");
    assertThat(get("/headers").statusCode()).isEqualTo(200);

    mesh.awaitAcked(app, mesh.admin().delete("RateLimit", "default", service()));
    assertThat(get("/status?204").statusCode()).isEqualTo(204);
  }

  @Test
  void a_token_that_is_not_valid_is_401_and_the_claims_of_one_that_is_are_passed_on(
      @TempDir Path folder) {
    try (TokenIssuer issuer = TokenIssuer.open(folder)) {
      issuer.show("one");
      put(
          "JwtAuthentication",
          "{issuer: me, outputPayloadToHeader: x-claims, jwks: '" + issuer.keySet() + "'}");
      String good = issuer.token("me", "ann", "one");

      assertThat(get("/headers", "authorization", "Bearer " + good).body())
          .containsIgnoringCase("x-claims: ");
      HttpResponse<String> refused =
          get("/headers", "authorization", "Bearer " + issuer.token("me", "ann", "a stranger's"));
      assertThat(refused.statusCode()).isEqualTo(401);
      assertThat(refused.headers().firstValue("www-authenticate").orElse("")).startsWith("Bearer");
      assertThat(get("/headers", "x-claims", "forged").body()).doesNotContain("forged");
    }
    mesh.awaitAcked(app, mesh.admin().delete("JwtAuthentication", "default", service()));
    assertThat(get("/headers", "authorization", "Bearer of something").statusCode()).isEqualTo(200);
  }

  private void fault(String conf) {
    put("Fault", conf);
  }

  private void put(String kind, String conf) {
    mesh.awaitAcked(
        app,
        mesh.admin()
            .apply(
                """
                apiVersion: weft.io/v1
                kind: %1$s
                metadata: {name: %2$s}
                spec:
                  to: {service: %2$s}
                  conf: %3$s
                """
                    .formatted(kind, service(), conf.replace("\n", "\n    "))));
  }

  @Test
  void requests_one_after_the_other_on_one_connection_are_apart() {
    List<String> traces = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String trace = newTrace();
      traces.add(trace);
      assertThat(get("/headers", "traceparent", parent(trace)).body())
          .containsIgnoringCase("00-" + trace);
    }
    assertThat(traces).allSatisfy(trace -> onlySpan(trace));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_536, 10_000_000})
  void bodies_of_any_size_pass_both_ways(int size) throws Exception {
    byte[] body = new byte[size];
    random.nextBytes(body);

    HttpResponse<byte[]> sized =
        http.send(
            request("/echo").POST(BodyPublishers.ofByteArray(body)).build(),
            BodyHandlers.ofByteArray());
    HttpResponse<byte[]> chunked =
        http.send(
            request("/async/echo")
                .POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body)))
                .build(),
            BodyHandlers.ofByteArray());

    assertThat(sized.body()).isEqualTo(body);
    assertThat(chunked.body()).isEqualTo(body);
  }

  @ParameterizedTest
  @CsvSource({"0,fixed", "1,chunked", "65536,fixed", "65536,chunked", "3000000,chunked"})
  void bodies_of_any_size_pass_both_ways_by_mutual_tls(int size, String mode) {
    mesh.awaitIdentity(app);
    String bareUrl = "http://127.0.0.1:" + barePort + "/echo";
    Client caller = mesh.caller();
    eventually().until(() -> caller.get("http://" + service() + "/headers").status() == 200);

    for (int i = 0; i < 5; i++) {
      Client.Answer answer =
          caller.call("POST", "http://" + service() + "/echo").body(size, mode).send();

      assertThat(answer.exception()).isEmpty();
      assertThat(answer.field("sha256"))
          .isEqualTo(caller.call("POST", bareUrl).body(size, mode).send().field("sha256"));
    }
  }

  @Test
  void an_expected_100_comes_as_without_the_mesh() throws Exception {
    HttpResponse<String> answer =
        http.send(
            request("/echo").expectContinue(true).POST(BodyPublishers.ofString("body")).build(),
            BodyHandlers.ofString());

    assertThat(answer.body()).isEqualTo("body");
  }

  @Test
  void its_answers_have_the_head_they_have_without_the_mesh() throws Exception {
    for (String path :
        List.of("/headers", "/status?204", "/status?404", "/large?100000", "/nothing")) {
      for (String method : List.of("GET", "HEAD")) {
        assertThat(head(ports.get(0), method, path))
            .as(method + " " + path)
            .isEqualTo(head(barePort, method, path));
      }
    }
  }

  @Test
  void requests_that_broke_off_are_not_waited_for_when_it_stops() throws Exception {
    JavaProcess other = mesh.start(service() + "-broken", application());
    List<Integer> bound = ports(other);
    eventually().until(() -> mesh.ports(other).size() == 2);
    // More than sockets hold, and little enough that the application has memory for both.
    for (String path : List.of("/large?20000000", "/async/large?20000000", "/echo", "/throw")) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), bound.get(0))) {
        socket.setSoTimeout(60_000);
        // Each says that a body follows, and goes before it is sent or the answer is read.
        socket
            .getOutputStream()
            .write(
                ("POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        if (path.contains("large")) {
          assertThat(socket.getInputStream().readNBytes(1_000)).hasSize(1_000);
        }
        socket.setSoLinger(true, 0);
      }
    }

    assertThat(other.stop()).isEqualTo(143);

    assertThat(other.output()).noneMatch(line -> line.contains("still being served"));
  }

  @Test
  void a_stopping_application_is_draining_until_what_it_serves_is_served() throws Exception {
    JavaProcess other = mesh.start(service() + "-stopping", application());
    List<Integer> bound = ports(other);
    eventually().until(() -> mesh.ports(other).size() == 2);
    CompletableFuture<HttpResponse<String>> served =
        http.sendAsync(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + bound.get(0) + "/wait"))
                .build(),
            BodyHandlers.ofString());
    other.awaitLine("waiting");

    CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(other::stop);
    eventually()
        .untilAsserted(
            () -> assertThat(mesh.agent(other).path("state").asText()).isEqualTo("DRAINING"));
    http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + bound.get(1) + "/release")).build(),
        BodyHandlers.discarding());

    assertThat(served.get(20, SECONDS).statusCode()).isEqualTo(200);
    assertThat(exit.get(20, SECONDS)).isEqualTo(143);
    eventually().until(() -> mesh.agent(other).isMissingNode());
    assertThat(other.output()).noneMatch(line -> line.contains("still being served"));
  }

  /** At the port of a service that takes mutual TLS alone. */
  @Nested
  class Strangers extends StrangersContract {
    Strangers() {
      super(Tongue.HTTP);
    }

    @Override
    JavaProcess.Builder besieged() {
      return ServerContract.this.besieged().option("-Dversion=" + Tongue.ANSWER);
    }

    @Override
    String service() {
      return ServerContract.this.service() + "-strict";
    }

    @Override
    List<Integer> ports(JavaProcess started) {
      return ServerContract.ports(started);
    }

    @Override
    boolean flooded() {
      return ServerContract.this.flooded();
    }

    @Override
    Friend friend(ContractMesh of) {
      JavaProcess friend =
          of.start(
              service() + "-friend",
              JavaProcess.of("friend")
                  .main(List.of(TestApps.classes()), JdkServerApp.class.getName()));
      int port = ports(friend).get(0);
      return new Friend() {
        @Override
        public String calls() {
          return body(port, "/call?http://" + service() + "/version");
        }

        @Override
        public void close() {
          friend.close();
        }
      };
    }
  }

  /** The body of the answer; empty if there is none. */
  private String body(int port, String path) {
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
              BodyHandlers.ofString())
          .body();
    } catch (java.io.IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static List<Integer> ports(JavaProcess process) {
    List<Integer> found = new ArrayList<>();
    eventually()
        .until(
            () -> {
              found.clear();
              process.output().stream()
                  .map(PORT::matcher)
                  .filter(Matcher::find)
                  .forEach(line -> found.add(Integer.valueOf(line.group(1))));
              return found.size() == 2;
            });
    return found;
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.get(0) + path));
  }

  private HttpResponse<String> get(String path, String... headers) {
    try {
      HttpRequest.Builder request = request(path);
      if (headers.length > 0) {
        request.headers(headers);
      }
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (java.io.IOException e) {
      throw new AssertionError(path + " at\n" + String.join("\n", app.output()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The status, or the exception if there is none. */
  private String outcome(int port, String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            // The client sends a GET a second time when its connection is closed.
            .POST(BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return Integer.toString(http.send(request.build(), BodyHandlers.ofString()).statusCode());
    } catch (java.io.IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private String head(int port, String method, String path) throws Exception {
    HttpResponse<byte[]> answer =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofByteArray());
    java.util.Map<String, List<String>> headers = new java.util.TreeMap<>(answer.headers().map());
    headers.remove("date");
    if (path.equals("/headers")) {
      // Its body lists traceparent, too.
      headers.remove("content-length");
    }
    return answer.statusCode() + " " + headers;
  }

  private Span onlySpan(String trace) {
    eventually().untilAsserted(() -> assertThat(mesh.spans().of(trace)).isNotEmpty());
    assertThat(mesh.spans().of(trace)).hasSize(1);
    return mesh.spans().of(trace).get(0);
  }

  private String newTrace() {
    byte[] id = new byte[16];
    random.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  private static String parent(String trace) {
    return "00-" + trace + "-00f067aa0ba902b7-01";
  }
}
