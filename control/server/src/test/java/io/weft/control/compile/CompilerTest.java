package io.weft.control.compile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import io.weft.api.v1.CircuitBreaker;
import io.weft.api.v1.ConcurrencyLimit;
import io.weft.api.v1.Egress;
import io.weft.api.v1.Endpoints;
import io.weft.api.v1.Fault;
import io.weft.api.v1.HashKey;
import io.weft.api.v1.HealthCheck;
import io.weft.api.v1.LoadBalancer;
import io.weft.api.v1.Locality;
import io.weft.api.v1.OutlierDetection;
import io.weft.api.v1.Resource;
import io.weft.api.v1.Retry;
import io.weft.api.v1.RouteRule;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.Shadow;
import io.weft.api.v1.StringMatch;
import io.weft.api.v1.Telemetry;
import io.weft.control.accept.Accepted;
import io.weft.control.accept.Accepted.InForce;
import io.weft.control.document.Document;
import io.weft.control.document.DocumentReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompilerTest {
  private static final ServiceId STOCK = new ServiceId("default", "stock");
  private static final Caller ORDERS =
      new Caller(new ServiceId("default", "orders"), Map.of("version", "v1", "tier", "gold"));

  private static final String CERTIFICATE =
      "-----BEGIN CERTIFICATE-----\\n"
          + "MIIBdDCCARugAwIBAgIUXHZjC6qK4uKXliQ8LWfrprfH164wCgYIKoZIzj0EAwIw\\n"
          + "DzENMAsGA1UEAwwEcm9vdDAgFw0yNjExMjYxNjQ1MTdaGA8yMTI2MTEwMjE2NDUx\\n"
          + "N1owDzENMAsGA1UEAwwEcm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEQk\\n"
          + "qswThIOq/R/5YrS6BospclYgqatgPlBMPXkJHK/T3UeUGlVQFL9tZN2d58nTHeuW\\n"
          + "p+oiwL+130GR+lKMqxmjUzBRMB0GA1UdDgQWBBSJ0KgZWfyxjvoHnKJqLXX0YLFE\\n"
          + "RTAfBgNVHSMEGDAWgBSJ0KgZWfyxjvoHnKJqLXX0YLFERTAPBgNVHRMBAf8EBTAD\\n"
          + "AQH/MAoGCCqGSM49BAMCA0cAMEQCIAYQsa+oW2RgrkTZZVhBQI8Yr4RE5fru2OdJ\\n"
          + "G9p5q5XcAiBvYkXpPSX1Kb6YQ3dzZoa0TVwpK9KJtQdDtSRWZjNONQ==\\n"
          + "-----END CERTIFICATE-----\\n";
  private static final Caller STRANGER = new Caller(new ServiceId("other", "orders"), Map.of());

  @Test
  void every_field_of_an_egress_reaches_the_callers_that_it_means() throws Exception {
    Compiler compiler =
        compiler(
            """
            kind: Egress
            metadata: {name: e}
            spec:
              mode: shadow
              conf:
                default: DENY
                exceptions: [{hosts: [a.b, '*.c'], ranges: [10.0.0.0/8], ports: [1, 2]}]
            """);

    assertThat(compiler.names(ORDERS).getNames().getEgress())
        .isEqualTo(
            TextFormat.parse(
                """
                source { kind: "Egress" namespace: "default" name: "e" generation: 1 }
                shadow: true deny: true
                exceptions { hosts: "a.b" hosts: "*.c" ranges: "10.0.0.0/8" ports: 1 ports: 2 }
                """,
                Egress.class));
    assertThat(compiler.names(STRANGER).getNames().hasEgress()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "from: {service: orders},,service",
    "'from: {labels: {tier: gold}}',,labels",
    "'from: {labels: {tier: lead}}',,own",
    "from: {service: stock},,own",
    ",from: {service: orders},system",
    ",'from: {namespace: other}',own",
  })
  void of_several_egress_documents_the_one_that_means_the_caller_most_exactly_rules_it(
      String own, String system, String winner) {
    String more = winner.equals("own") || own == null ? "more" : winner;
    Compiler compiler =
        compiler(
            egress("default", "own", ""),
            egress("weft-system", "system", system == null ? "" : system),
            egress("default", more, own == null ? "from: {service: stock}" : own));

    assertThat(compiler.names(ORDERS).getNames().getEgress().getSource().getName())
        .isEqualTo(winner);
  }

  private static String egress(String namespace, String name, String from) {
    return """
        kind: Egress
        metadata: {name: %s, namespace: %s}
        spec: {conf: {default: ALLOW}%s}
        """
        .formatted(name, namespace, from.isEmpty() ? "" : ", " + from);
  }

  @Test
  void every_field_of_a_route_reaches_the_callers() throws Exception {
    RouteRule rule =
        config(
                """
                kind: Route
                metadata: {name: r}
                spec:
                  to: {service: stock}
                  conf:
                    rules:
                    - name: all
                      matches:
                      - path: {type: Exact, value: /a}
                        method: GET
                        headers: [{name: X-User, value: t}, {name: b, type: RegularExpression, value: 'x.*'}]
                        queryParams: [{name: q, value: '1'}, {name: r, type: RegularExpression, value: '.'}]
                      - path: {value: /p}
                      - path: {type: RegularExpression, value: '/r[0-9]+'}
                      backends:
                      - {weight: 90, labels: {version: v1}}
                      - {service: stock2, namespace: far, weight: 0, port: 81}
                      - {}
                      sessionPersistence: {sessionName: s, type: Cookie, absoluteTimeout: 90s}
                      filters:
                      - requestHeaders: {set: [{name: a, value: b}], add: [{name: c, value: d}], remove: [e]}
                      - responseHeaders: {set: [{name: f, value: g}], add: [{name: h, value: i}], remove: [j]}
                      - urlRewrite: {host: k.l, path: {replaceFullPath: /m}}
                """)
            .getRules(0);

    assertThat(rule)
        .isEqualTo(
            TextFormat.parse(
                """
                name: "all"
                matches {
                  path { type: EXACT value: "/a" }
                  method: "GET"
                  headers { name: "X-User" value { type: EXACT value: "t" } }
                  headers { name: "b" value { type: REGEX value: "x.*" } }
                  query_params { name: "q" value { type: EXACT value: "1" } }
                  query_params { name: "r" value { type: REGEX value: "." } }
                }
                matches { path { type: PREFIX value: "/p" } }
                matches { path { type: REGEX value: "/r[0-9]+" } }
                backends {
                  namespace: "default" service: "stock" weight: 90
                  labels { key: "version" value: "v1" }
                }
                backends { namespace: "far" service: "stock2" weight: 0 port: 81 }
                backends { namespace: "default" service: "stock" weight: 1 }
                request_headers {
                  set { name: "a" value: "b" } add { name: "c" value: "d" } remove: "e"
                }
                response_headers {
                  set { name: "f" value: "g" } add { name: "h" value: "i" } remove: "j"
                }
                url_rewrite { host: "k.l" replace_full_path: "/m" }
                session_persistence { name: "s" max_age_seconds: 90 }
                """,
                RouteRule.class));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          redirect: {scheme: https, host: a.b, port: 8443, path: {replaceFullPath: /c}, statusCode: 308} | redirect { scheme: "https" host: "a.b" port: 8443 replace_full_path: "/c" status_code: 308 }
          redirect: {path: {replacePrefixMatch: /c}} | redirect { replace_prefix_match: "/c" status_code: 302 }
          requestMirror: {service: a, namespace: n, labels: {b: c}, port: 81, percent: 2.5} | mirrors { backend { namespace: "n" service: "a" labels { key: "b" value: "c" } port: 81 } millipercent: 2500 } backends { namespace: "default" service: "stock" weight: 1 }
          requestMirror: {} | mirrors { backend { namespace: "default" service: "stock" } millipercent: 100000 } backends { namespace: "default" service: "stock" weight: 1 }
          urlRewrite: {path: {replacePrefixMatch: /c}} | url_rewrite { replace_prefix_match: "/c" } backends { namespace: "default" service: "stock" weight: 1 }
          """)
  void the_other_filters_of_a_route_reach_the_callers(String filter, String expected)
      throws Exception {
    RouteRule rule =
        config(
                """
                kind: Route
                metadata: {name: r}
                spec:
                  to: {service: stock}
                  conf:
                    rules:
                    - matches: [{path: {value: /p}}]
                      filters: [{%s}]
                """
                    .formatted(filter))
            .getRules(0);

    assertThat(rule.toBuilder().clearMatches().build())
        .isEqualTo(TextFormat.parse(expected, RouteRule.class));
  }

  @Test
  void every_field_of_a_timeout_reaches_the_callers() {
    var timeout =
        config(policy("Timeout", "{request: 1s, perTry: 1.5ms, connect: 2m, idle: 24h}"))
            .getRules(0)
            .getTimeout();

    assertThat(timeout.getRequestNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
    assertThat(timeout.getPerTryNanos()).isEqualTo(1_500_000);
    assertThat(timeout.getConnectNanos()).isEqualTo(Duration.ofMinutes(2).toNanos());
    assertThat(timeout.getIdleNanos()).isEqualTo(Duration.ofHours(24).toNanos());
    assertThat(timeout.getSource().getName())
        .isEqualTo("Timeout".toLowerCase(java.util.Locale.ROOT));
    assertThat(timeout.getSource().getGeneration()).isEqualTo(1);
  }

  @Test
  void every_field_of_a_retry_reaches_the_callers() throws Exception {
    Retry retry =
        config(
                policy(
                    "Retry",
                    """
                    {attempts: 3, statusCodes: [409, 425], grpcCodes: [UNAVAILABLE, 8],
                     on: [5xx, gateway-error, connect-failure, refused-stream, reset-before-request,
                          retriable-status-codes, grpc-codes],
                     perTryTimeout: 200ms, backoff: {base: 1ms, max: 2ms},
                     budget: {percent: 12.5, minPerSecond: 3},
                     idempotentOnly: false, honourRetryAfter: false, attemptsIfRetried: 2,
                     hedge: {percentile: 95.5, max: 2}}\
                    """))
            .getRules(0)
            .getRetry();

    assertThat(retry.toBuilder().clearSource().build())
        .isEqualTo(
            TextFormat.parse(
                """
                attempts: 3 status_codes: [409, 425] grpc_codes: [14, 8]
                on: [STATUS_5XX, GATEWAY_ERROR, CONNECT_FAILURE, REFUSED_STREAM,
                     RESET_BEFORE_REQUEST, RETRIABLE_STATUS_CODES, GRPC_CODES]
                per_try_timeout_nanos: 200000000
                backoff_base_nanos: 1000000 backoff_max_nanos: 2000000
                budget_millipercent: 12500 budget_min_per_second: 3
                attempts_if_retried: 2 hedge { delay_percentile: 95500 max: 2 }
                """,
                Retry.class));
  }

  @Test
  void what_a_retry_does_not_say_has_its_default() throws Exception {
    Retry retry = config(policy("Retry", "{attempts: 2, on: [5xx]}")).getRules(0).getRetry();

    assertThat(retry.toBuilder().clearSource().build())
        .isEqualTo(
            TextFormat.parse(
                """
                attempts: 2 on: STATUS_5XX idempotent_only: true honour_retry_after: true
                attempts_if_retried: 1
                backoff_base_nanos: 25000000 backoff_max_nanos: 250000000
                budget_millipercent: 20000 budget_min_per_second: 3
                """,
                Retry.class));
  }

  @ParameterizedTest
  @CsvSource({"ROUND_ROBIN", "LEAST_REQUEST", "PEAK_EWMA", "RANDOM"})
  void the_algorithm_reaches_the_callers(String algorithm) {
    assertThat(
            config(policy("LoadBalancer", "{algorithm: " + algorithm + "}"))
                .getRules(0)
                .getLoadBalancer()
                .getAlgorithm())
        .hasToString(algorithm);
  }

  @Test
  void what_requests_stick_by_and_the_slow_start_reach_the_callers() {
    LoadBalancer sticky =
        config(
                policy(
                    "LoadBalancer",
                    "{algorithm: MAGLEV, hash: [{by: header, name: X-User}, {by: cookie, name: c},"
                        + " {by: path}, {by: source}]}"))
            .getRules(0)
            .getLoadBalancer();
    assertThat(sticky.getAlgorithm()).isEqualTo(LoadBalancer.Algorithm.MAGLEV);
    assertThat(sticky.getHashList())
        .containsExactly(
            HashKey.newBuilder().setHeader("X-User").build(),
            HashKey.newBuilder().setCookie("c").build(),
            HashKey.newBuilder().setPath(true).build(),
            HashKey.newBuilder().setSource(true).build());

    LoadBalancer slow =
        config(
                policy(
                    "LoadBalancer",
                    "{algorithm: RANDOM, slowStart: {window: 30s, minimumPercent: 2.5}}"))
            .getRules(0)
            .getLoadBalancer();
    assertThat(slow.getSlowStartNanos()).isEqualTo(30_000_000_000L);
    assertThat(slow.getSlowStartMillipercent()).isEqualTo(2_500);
    assertThat(slow.hasLocality()).isFalse();
  }

  @Test
  void which_zones_come_first_reaches_the_callers() {
    assertThat(locality("{}"))
        .isEqualTo(Locality.newBuilder().setOverprovisioningPercent(140).build());
    assertThat(
            locality(
                "{failover: [eu-1b, eu-*], overprovisioningFactor: 200, overflowPercent: 2.5}"))
        .isEqualTo(
            Locality.newBuilder()
                .addFailover("eu-1b")
                .addFailover("eu-*")
                .setOverprovisioningPercent(200)
                .setOverflowMillipercent(2_500)
                .build());
  }

  private static Locality locality(String conf) {
    return config(policy("LoadBalancer", "{algorithm: RANDOM, locality: " + conf + "}"))
        .getRules(0)
        .getLoadBalancer()
        .getLocality();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http: {path: /up, host: a.b, expectedStatuses: [200, 301]} |"
            + " http { path: '/up' host: 'a.b' expected_statuses: [200, 301] }",
        "http: {path: /up} | http { path: '/up' }",
        "grpc: {service: s.T, host: a.b} | grpc { service: 's.T' host: 'a.b' }",
        "grpc: {} | grpc {}",
        "tcp: {} | tcp {}"
      },
      quoteCharacter = '"')
  void every_field_of_a_health_check_reaches_the_callers(String probe, String expected)
      throws Exception {
    assertThat(
            healthCheck(
                policy(
                        "HealthCheck",
                        "{%s, interval: 5s, timeout: 2s, healthyThreshold: 4, unhealthyThreshold: 7}"
                            .formatted(probe))
                    .replace("conf:", "mode: shadow\n  conf:")))
        .isEqualTo(
            TextFormat.parse(
                """
                shadow: true interval_nanos: 5000000000 timeout_nanos: 2000000000
                healthy_threshold: 4 unhealthy_threshold: 7
                """
                    + expected,
                HealthCheck.class));
  }

  @Test
  void what_a_health_check_does_not_say_has_its_default() throws Exception {
    assertThat(healthCheck(policy("HealthCheck", "{tcp: {}}")))
        .isEqualTo(
            TextFormat.parse(
                """
                interval_nanos: 10000000000 timeout_nanos: 1000000000
                healthy_threshold: 2 unhealthy_threshold: 3 tcp {}
                """,
                HealthCheck.class));
  }

  @ParameterizedTest
  @CsvSource({"'', 50000", "', panicThreshold: 0', 0", "', panicThreshold: 12.5', 12500"})
  void the_panic_threshold_reaches_the_callers(String written, int expected) {
    assertThat(
            config(policy("LoadBalancer", "{algorithm: RANDOM" + written + "}"))
                .getRules(0)
                .getLoadBalancer()
                .getPanicMillipercent())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"calls: 20, window_calls: 20", "time: 5500ms, window_seconds: 6"})
  void every_field_of_a_circuit_breaker_reaches_the_callers(String window, String expected)
      throws Exception {
    assertThat(
            circuitBreaker(
                policy(
                        "CircuitBreaker",
                        """
                        {failureRateThreshold: 12.5, slowCallRateThreshold: 25, slowCallDuration: 1s,
                         window: {%s}, minimumCalls: 3, waitDurationInOpenState: 2s,
                         permittedCallsInHalfOpen: 4}"""
                            .formatted(window))
                    .replace("conf:", "mode: shadow\n  conf:")))
        .isEqualTo(
            TextFormat.parse(
                """
                shadow: true failure_rate_millipercent: 12500 slow_call_rate_millipercent: 25000
                slow_call_nanos: 1000000000 minimum_calls: 3 open_nanos: 2000000000
                half_open_calls: 4
                """
                    + expected,
                CircuitBreaker.class));
  }

  @Test
  void what_a_circuit_breaker_does_not_say_has_its_default() throws Exception {
    assertThat(circuitBreaker(policy("CircuitBreaker", "{}")))
        .isEqualTo(
            TextFormat.parse(
                """
                failure_rate_millipercent: 50000 slow_call_rate_millipercent: 100000
                slow_call_nanos: 60000000000 window_calls: 100 minimum_calls: 100
                open_nanos: 60000000000 half_open_calls: 10
                """,
                CircuitBreaker.class));
  }

  private static CircuitBreaker circuitBreaker(String document) {
    return config(document).getRules(0).getCircuitBreaker().toBuilder().clearSource().build();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          maxConcurrent: 3                                | least: 3 most: 3 max_wait_nanos: 1000000000
          maxConcurrent: 3, maxPending: 4, maxWait: 2s    | least: 3 most: 3 max_pending: 4 max_wait_nanos: 2000000000
          'adaptive: {min: 5, max: 6}'                    | least: 5 most: 6 max_wait_nanos: 1000000000
          """)
  void every_field_of_a_concurrency_limit_reaches_the_callers(String conf, String expected)
      throws Exception {
    String document =
        policy("ConcurrencyLimit", "{" + conf + "}").replace("conf:", "mode: shadow\n  conf:");

    assertThat(config(document).getRules(0).getConcurrencyLimit().toBuilder().clearSource().build())
        .isEqualTo(TextFormat.parse("shadow: true " + expected, ConcurrencyLimit.class));
  }

  @Test
  void every_field_of_an_outlier_detection_reaches_the_callers() throws Exception {
    assertThat(
            outlierDetection(
                policy(
                        "OutlierDetection",
                        """
                        {consecutive5xx: 2, consecutiveGatewayErrors: 3,
                         consecutiveLocalOriginFailures: 4,
                         successRate: {stdevFactor: 1500, minimumHosts: 6, requestVolume: 7},
                         interval: 1s, baseEjectionTime: 2s, maxEjectionPercent: 12.5}""")
                    .replace("conf:", "mode: shadow\n  conf:")))
        .isEqualTo(
            TextFormat.parse(
                """
                shadow: true consecutive_5xx: 2 consecutive_gateway_errors: 3
                consecutive_local_origin_failures: 4
                success_rate { stdev_factor_milli: 1500 minimum_hosts: 6 request_volume: 7 }
                interval_nanos: 1000000000 base_ejection_nanos: 2000000000
                max_ejection_millipercent: 12500
                """,
                OutlierDetection.class));
  }

  @Test
  void what_an_outlier_detection_does_not_say_has_its_default() throws Exception {
    assertThat(outlierDetection(policy("OutlierDetection", "{successRate: {}}")))
        .isEqualTo(
            TextFormat.parse(
                """
                consecutive_5xx: 5 interval_nanos: 10000000000 base_ejection_nanos: 30000000000
                success_rate { stdev_factor_milli: 1900 minimum_hosts: 5 request_volume: 100 }
                max_ejection_millipercent: 50000
                """,
                OutlierDetection.class));
  }

  private static OutlierDetection outlierDetection(String document) {
    return config(document).getRules(0).getOutlierDetection().toBuilder().clearSource().build();
  }

  private static HealthCheck healthCheck(String document) {
    return config(document).getRules(0).getHealthCheck().toBuilder().clearSource().build();
  }

  @Test
  void every_field_of_a_service_is_kept() throws Exception {
    String service =
        """
        kind: Service
        metadata: {name: stock}
        spec:
          hosts: [stock.shop]
          ports: [{name: a, number: 80, protocol: grpc}, {number: 81}]
          principals: [me]
          visibility: namespace
        """;
    Compiler compiler = compiler(service);

    assertThat(compiler.services())
        .containsExactly(
            Map.entry(
                STOCK,
                TextFormat.parse(
                    """
                    namespace: "default" name: "stock" hosts: "stock.shop"
                    ports { name: "a" number: 80 protocol: "grpc" }
                    ports { number: 81 protocol: "http" }
                    """,
                    ServiceName.class)));
    assertThat(compiler.principals(STOCK)).containsExactly("me");
    assertThat(compiler.names(ORDERS).getNames().getServicesList()).hasSize(1);
    assertThat(compiler.names(STRANGER).getNames().getServicesList()).isEmpty();
    assertThat(
            compiler(service.replace("visibility: namespace", "visibility: mesh"))
                .names(STRANGER)
                .getNames()
                .getServicesList())
        .hasSize(1);
  }

  @Test
  void every_field_of_an_external_service_reaches_the_callers() throws Exception {
    Compiler compiler =
        compiler(
            """
            kind: ExternalService
            metadata: {name: pay}
            spec:
              hosts: [api.pay.com, www.pay.com]
              ports: [{name: a, number: 80, protocol: http2}, {number: 81, targetPort: 82}]
              endpoints: [{address: 192.0.2.1, labels: {region: eu}, weight: 3}, {address: b.pay.com}]
              tls: {mode: SIMPLE, sni: tls.pay.com, caCertificates: "%s"}
              visibility: namespace
            """
                .formatted(CERTIFICATE));
    ServiceId pay = new ServiceId("default", "pay");

    assertThat(compiler.services().get(pay))
        .isEqualTo(
            TextFormat.parse(
                """
                namespace: "default" name: "pay" hosts: "api.pay.com" hosts: "www.pay.com"
                ports { name: "a" number: 80 protocol: "http2" }
                ports { number: 81 protocol: "http" }
                external: true
                """,
                ServiceName.class));
    assertThat(compiler.externalEndpoints(pay).orElseThrow().getEndpoints())
        .isEqualTo(
            TextFormat.parse(
                """
                endpoints {
                  uid: "192.0.2.1" address: "192.0.2.1" weight: 3 state: READY
                  labels { key: "region" value: "eu" }
                  ports { name: "a" number: 443 protocol: "http2" tls: APP }
                  ports { number: 82 protocol: "http" tls: APP }
                }
                endpoints {
                  uid: "b.pay.com" address: "b.pay.com" weight: 1 state: READY
                  ports { name: "a" number: 443 protocol: "http2" tls: APP }
                  ports { number: 82 protocol: "http" tls: APP }
                }
                external {
                  source { kind: "ExternalService" namespace: "default" name: "pay" generation: 1 }
                  hosts: "api.pay.com" hosts: "www.pay.com"
                  tls { server_name: "tls.pay.com" ca_certificates: "%s" }
                }
                """
                    .formatted(CERTIFICATE),
                Endpoints.class));
    assertThat(compiler.isVisible(pay, "other")).isFalse();
    assertThat(compiler.isVisible(pay, "default")).isTrue();
  }

  @Test
  void an_external_service_of_a_host_alone_is_where_dns_says_on_the_ports_of_the_web()
      throws Exception {
    Compiler compiler =
        compiler(
            """
            kind: ExternalService
            metadata: {name: pay}
            spec: {hosts: [api.pay.com]}
            """);

    assertThat(
            compiler
                .externalEndpoints(new ServiceId("default", "pay"))
                .orElseThrow()
                .getEndpoints())
        .isEqualTo(
            TextFormat.parse(
                """
                endpoints {
                  uid: "api.pay.com" address: "api.pay.com" weight: 1 state: READY
                  ports { number: 80 protocol: "http" tls: APP }
                  ports { number: 443 protocol: "https" tls: APP }
                }
                external {
                  source { kind: "ExternalService" namespace: "default" name: "pay" generation: 1 }
                  hosts: "api.pay.com"
                }
                """,
                Endpoints.class));
  }

  @Test
  void without_any_document_calls_go_to_the_service_itself() throws Exception {
    assertThat(config())
        .isEqualTo(
            TextFormat.parse(
                """
                namespace: "default" name: "stock"
                rules { backends { namespace: "default" service: "stock" weight: 1 } }
                """,
                ServiceConfig.class));
  }

  /** Each scope goes before all those above it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {service: a.B, method: C} | EXACT  | /a.B/C
          {service: a.B}            | PREFIX | /a.B
          {method: C.d}             | REGEX  | /[^/]+/C\\.d
          """)
  void a_match_of_grpc_is_one_of_its_path(String grpc, StringMatch.Type type, String value) {
    StringMatch path =
        rule(compiler(policy("Route", "{rules: [{matches: [{grpc: " + grpc + "}]}]}")))
            .getMatches(0)
            .getPath();

    assertThat(path.getType()).isEqualTo(type);
    assertThat(path.getValue()).isEqualTo(value);
  }

  @Test
  void every_field_of_a_fault_reaches_those_who_enforce_it() throws Exception {
    String conf =
        """
        {%s matches: [{path: {value: /a}, headers: [{name: b, value: c}]}],
         delay: {fixed: 2s, percent: 0.5},
         abort: {httpStatus: 500, grpcStatus: UNAVAILABLE, percent: 25}}""";
    String expected =
        """
        source { kind: "Fault" namespace: "default" name: "fault" generation: 1 }
        matches {
          path { type: PREFIX value: "/a" }
          headers { name: "b" value { type: EXACT value: "c" } }
        }
        delay_nanos: 2000000000 delay_millipercent: 500
        abort_http_status: 500 abort_grpc_code: 14 abort_millipercent: 25000
        """;

    Compiler caller = compiler(policy("Fault", conf.formatted("")));
    assertThat(rule(caller).getFault()).isEqualTo(TextFormat.parse(expected, Fault.class));
    assertThat(caller.inbound(STOCK).getInbound().hasFault()).isFalse();

    Compiler callee = compiler(policy("Fault", conf.formatted("side: callee,")));
    assertThat(rule(callee).hasFault()).isFalse();
    assertThat(callee.inbound(STOCK).getInbound().getFault())
        .isEqualTo(TextFormat.parse(expected, Fault.class));
  }

  @Test
  void a_fault_strikes_every_request_where_no_percentage_is_written() {
    Fault fault =
        rule(compiler(policy("Fault", "{delay: {fixed: 1s}, abort: {httpStatus: 503}}")))
            .getFault();

    assertThat(fault.getDelayMillipercent()).isEqualTo(100_000);
    assertThat(fault.getAbortMillipercent()).isEqualTo(100_000);
    assertThat(fault.getShadow()).isFalse();
    assertThat(
            rule(compiler(
                    policy("Fault", "{delay: {fixed: 1s}}")
                        .replace("conf:", "mode: shadow\n  conf:")))
                .getFault()
                .getShadow())
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Timeout      | {request: 1s}              | {request: 2s}
          Retry        | {attempts: 2, on: [5xx]}   | {attempts: 3, on: [5xx]}
          LoadBalancer | {algorithm: RANDOM}        | {algorithm: PEAK_EWMA}
          Route        | {rules: [{name: enforced}]} | {rules: [{name: tried}]}
          """)
  void what_callers_are_to_try_in_shadow_mode_stands_beside_what_they_enforce(
      String kind, String enforced, String tried) {
    String other = policy(kind, tried).replace("metadata: {name: ", "metadata: {name: other-");
    ServiceConfig expected = config(policy(kind, enforced));
    ServiceConfig alone = config(other);

    ServiceConfig both =
        config(policy(kind, enforced), other.replace("conf:", "mode: shadow\n  conf:"));

    if (kind.equals("Route")) {
      assertThat(both.getShadowRulesList()).isEqualTo(alone.getRulesList());
      assertThat(both.getShadowRoute()).isEqualTo(alone.getRoute());
    } else {
      assertThat(both.getRules(0).getShadow()).isEqualTo(shadowOf(alone.getRules(0)));
    }
    ServiceConfig.Builder rest = both.toBuilder().clearShadowRoute().clearShadowRules();
    rest.getRulesBuilder(0).clearShadow();
    assertThat(rest.build()).isEqualTo(expected);
  }

  private static Shadow shadowOf(RouteRule rule) {
    Shadow.Builder shadow = Shadow.newBuilder();
    if (rule.hasTimeout()) {
      shadow.setTimeout(rule.getTimeout());
    }
    if (rule.hasRetry()) {
      shadow.setRetry(rule.getRetry());
    }
    if (rule.hasLoadBalancer()) {
      shadow.setLoadBalancer(rule.getLoadBalancer());
    }
    return shadow.build();
  }

  @Test
  void every_field_of_telemetry_reaches_both_sides_unless_one_is_named() throws Exception {
    String conf =
        """
        {%s tracing: {percent: 0.5}, attributes: [{name: a.b, header: X-C}],
         accessLog: {minStatus: 500, minDuration: 2s, percent: 25}}""";
    Telemetry expected =
        TextFormat.parse(
            """
            source { kind: "Telemetry" namespace: "default" name: "telemetry" generation: 1 }
            sample_millipercent: 500
            attributes { name: "a.b" header: "x-c" }
            access_log { min_status: 500 min_nanos: 2000000000 millipercent: 25000 }
            """,
            Telemetry.class);

    Compiler both = compiler(policy("Telemetry", conf.formatted("")));
    assertThat(rule(both).getTelemetry()).isEqualTo(expected);
    assertThat(both.inbound(STOCK).getInbound().getTelemetry()).isEqualTo(expected);
    Compiler caller = compiler(policy("Telemetry", conf.formatted("side: caller,")));
    assertThat(rule(caller).hasTelemetry()).isTrue();
    assertThat(caller.inbound(STOCK).getInbound().hasTelemetry()).isFalse();
    Compiler callee = compiler(policy("Telemetry", conf.formatted("side: callee,")));
    assertThat(rule(callee).hasTelemetry()).isFalse();
    assertThat(callee.inbound(STOCK).getInbound().hasTelemetry()).isTrue();
    Telemetry all = rule(compiler(policy("Telemetry", "{accessLog: {}}"))).getTelemetry();
    assertThat(all.hasSampleMillipercent()).isFalse();
    assertThat(all.getAccessLog().getMillipercent()).isEqualTo(100_000);
  }

  @Test
  void the_most_exact_destination_wins_and_then_the_most_exact_caller() {
    List<String> scopes =
        List.of(
            "",
            "from: {labels: {version: v1}}",
            "from: {service: orders}",
            "to: {service: stock}",
            "from: {labels: {version: v1}}, to: {service: stock}",
            "from: {service: orders}, to: {service: stock}",
            "to: {service: stock, route: all}",
            "from: {labels: {version: v1}}, to: {service: stock, route: all}",
            "from: {service: orders}, to: {service: stock, route: all}");
    String[] documents = new String[scopes.size() + 2];
    documents[0] =
        """
        kind: Route
        metadata: {name: r}
        spec: {to: {service: stock}, conf: {rules: [{name: all}]}}
        """;
    documents[1] = timeout("mesh", "weft-system", "");
    for (int i = 0; i < scopes.size(); i++) {
      documents[i + 2] = timeout("t" + i, "default", scopes.get(i));
    }

    for (int kept = documents.length; kept > 1; kept--) {
      String expected = kept == 2 ? "mesh" : "t" + (kept - 3);
      assertThat(
              config(java.util.Arrays.copyOf(documents, kept))
                  .getRules(0)
                  .getTimeout()
                  .getSource()
                  .getName())
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          from: {service: storefront}
          from: {labels: {version: v2}}
          from: {labels: {version: v1, tier: silver}}
          to: {service: recommendations}
          to: {service: stock, route: other}
          to: {namespace: far}
          """)
  void policies_of_other_calls_do_not_rule(String scope) {
    assertThat(config(timeout("t", "default", scope)).getRules(0).hasTimeout()).isFalse();
  }

  @Test
  void the_same_documents_make_the_same_hash_in_every_replica() {
    String[] documents = {
      policy("Timeout", "{request: 1s}"), policy("Retry", "{attempts: 2, on: [5xx]}")
    };

    Resource first = compiler(documents).config(ORDERS, STOCK);
    Resource second = compiler(documents).config(ORDERS, STOCK);

    assertThat(first).isEqualTo(second);
    assertThat(compiler(policy("Timeout", "{request: 2s}")).config(ORDERS, STOCK).getVersion())
        .isNotEqualTo(
            compiler(policy("Timeout", "{request: 1s}")).config(ORDERS, STOCK).getVersion());
  }

  @Test
  void it_is_the_same_in_whatever_order_documents_came() {
    List<String> documents = new ArrayList<>();
    for (String name : List.of("c", "a", "d", "b")) {
      documents.add(
          """
          kind: Authorization
          metadata: {name: %s}
          spec:
            to: {service: stock}
            conf: {action: ALLOW, rules: [{methods: [GET]}]}
          """
              .formatted(name));
    }
    Resource one = compiler(documents.toArray(String[]::new)).inbound(STOCK);
    Collections.reverse(documents);

    assertThat(compiler(documents.toArray(String[]::new)).inbound(STOCK)).isEqualTo(one);
  }

  private static String timeout(String name, String namespace, String scope) {
    return """
        kind: Timeout
        metadata: {name: %s, namespace: %s}
        spec: {%s conf: {request: 1s}}
        """
        .formatted(name, namespace, scope.isEmpty() ? "" : scope + ",");
  }

  private static String policy(String kind, String conf) {
    return """
        kind: %s
        metadata: {name: %s}
        spec:
          to: {service: stock}
          conf: %s
        """
        .formatted(kind, kind.toLowerCase(java.util.Locale.ROOT), conf);
  }

  private static RouteRule rule(Compiler compiler) {
    return compiler.config(ORDERS, STOCK).getServiceConfig().getRules(0);
  }

  private static ServiceConfig config(String... documents) {
    return compiler(documents).config(ORDERS, STOCK).getServiceConfig();
  }

  private static Compiler compiler(String... documents) {
    Map<Document.Key, InForce> inForce = new LinkedHashMap<>();
    for (String each : documents) {
      DocumentReader.Read read =
          new DocumentReader()
              .read("f", ("apiVersion: weft.io/v1\n" + each).getBytes(StandardCharsets.UTF_8));
      assertThat(read.problems()).isEmpty();
      read.documents().forEach(document -> inForce.put(document.key(), new InForce(document, 1)));
    }
    return new Compiler(new Accepted(1, 1, inForce), Map.of());
  }
}
