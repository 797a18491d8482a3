package io.weft.control.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentReaderTest {
  private static final String TIMEOUT =
      """
      apiVersion: weft.io/v1
      kind: Timeout
      metadata: {name: stock}
      spec:
        to: {service: stock}
        conf: {request: 1s}
      """;

  @Test
  void a_mistake_is_told_in_one_line_whatever_was_written() {
    DocumentReader.Read read =
        new DocumentReader()
            .read(
                "f",
                """
                apiVersion: weft.io/v1
                kind: Route
                metadata: {name: stock}
                spec:
                  to: {service: stock}
                  conf:
                    rules: [{matches: [{path: {value: "a\\nb\\u2028c"}}]}]
                """
                    .getBytes(StandardCharsets.UTF_8));

    assertThat(read.problems().toString())
        .isEqualTo(
            "[f:7: spec.conf.rules[0].matches[0].path.value: is a b c; must be path that begins"
                + " with /]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Timeout      | {}                        | request: {a: 1}          | f:6: spec.conf.request: must be duration from 1ms to 24h
          Timeout      | {}                        | request: 10              | f:6: spec.conf.request: is 10; must be duration from 1ms to 24h
          Timeout      | {}                        | request: -1s             | f:6: spec.conf.request: is -1s; must be duration from 1ms to 24h
          Timeout      | {}                        | request: 25h             | f:6: spec.conf.request: is 25h; must be duration from 1ms to 24h
          Timeout      | {}                        | request: 1us             | f:6: spec.conf.request: is 1us; must be duration from 1ms to 24h
          Timeout      | {}                        | request: 1s, request: 2s | f:6: spec.conf.request: is written twice
          Timeout      | {}                        | reqest: 1s               | f:6: spec.conf.reqest: unknown field, did you mean request?; allowed: request, perTry, connect, idle
          Timeout      | {servce: a}               | request: 1s              | f:5: spec.to.servce: unknown field, did you mean service?; allowed: service, route, namespace
          Timeout      | {route: a}                | request: 1s              | f:5: spec.to.route: needs service beside it: the service whose rule is meant
          Timeout      | {service: A_B}            | request: 1s              | f:5: spec.to.service: is A_B; must be name (RFC 1123 label: at most 63 of a-z, 0-9 and -, with no - at either end)
          Timeout      | {service: a, namespace: b}| request: 1s              | ''
          Retry        | {}                        | attempts: 0, on: [5xx]   | f:6: spec.conf.attempts: is 0; must be whole number from 1 to 20
          Retry        | {}                        | attempts: two, on: [5xx] | f:6: spec.conf.attempts: is two; must be whole number from 1 to 20
          Retry        | {}                        | attempts: 2              | f:6: spec.conf.on: is missing: list of: one of 5xx, gateway-error, connect-failure, refused-stream, reset-before-request, retriable-status-codes, grpc-codes
          Retry        | {}                        | attempts: 2, on: []      | f:6: spec.conf.on: must name one condition at least
          Retry        | {}                        | attempts: 2, on: 5xx     | f:6: spec.conf.on: must be a list of: one of 5xx, gateway-error, connect-failure, refused-stream, reset-before-request, retriable-status-codes, grpc-codes
          Retry        | {}                        | attempts: 2, on: [grpc-codes] | f:6: spec.conf.on: grpc-codes needs grpcCodes
          Retry        | {}                        | attempts: 2, on: [5xx], statusCodes: [503] | f:6: spec.conf.statusCodes: means nothing without retriable-status-codes in on
          Retry        | {}                        | attempts: 2, on: [retriable-status-codes], statusCodes: [99] | f:6: spec.conf.statusCodes[0]: is 99; must be whole number from 100 to 599
          Retry        | {}                        | attempts: 2, on: [grpc-codes], grpcCodes: [GONE] | f:6: spec.conf.grpcCodes[0]: is GONE; must be gRPC status code, by name such as UNAVAILABLE or by number
          Retry        | {}                        | attempts: 2, on: [5xx], budget: {percent: 101} | f:6: spec.conf.budget.percent: is 101; must be percentage from 0 to 100
          Retry        | {}                        | attempts: 2, on: [5xx], backoff: {base: 2s, max: 1s} | f:6: spec.conf.backoff.max: must not be less than base
          Retry        | {}                        | attempts: 2, on: [5xx], idempotentOnly: maybe | f:6: spec.conf.idempotentOnly: is maybe; must be true or false
          Retry        | {}                        | attempts: 2, on: [5xx], attemptsIfRetried: 3 | f:6: spec.conf.attemptsIfRetried: must not be more than attempts
          Retry        | {}                        | attempts: 2, on: [5xx], hedge: {max: 1} | f:6: spec.conf.hedge: must have one of delay and percentile
          Retry        | {}                        | attempts: 2, on: [5xx], hedge: {delay: 1s, percentile: 95} | f:6: spec.conf.hedge: may have only one of delay, percentile
          Retry        | {}                        | attempts: 2, on: [5xx], hedge: {percentile: 10} | f:6: spec.conf.hedge.percentile: must be from 50 to 99.9
          Retry        | {}                        | attempts: 2, on: [5xx], hedge: {delay: 1s, max: 2} | f:6: spec.conf.hedge.max: must be less than attempts, of which they are part
          MutualTls    | {service: a, namespace: b} | mode: STRICT            | f:5: spec.to.namespace: what a service lets in is ruled from its own namespace, or from weft-system
          MutualTls    | {service: a, route: b}    | mode: STRICT             | f:5: spec.to.route: unknown field; allowed: service, namespace
          MutualTls    | {service: a}              | mode: STRIKT             | f:6: spec.conf.mode: is STRIKT; must be one of PERMISSIVE, STRICT, DISABLED; did you mean STRICT?
          MutualTls    | {service: a}              | mode: PERMISSIVE, exempt: {ports: [1]} | f:6: spec.conf.exempt: means nothing without mode: STRICT
          Authorization | {service: a}             | action: PERMIT           | f:6: spec.conf.action: is PERMIT; must be one of ALLOW, DENY
          JwtAuthentication | {service: a}         | issuer: me, jwks: '{}'   | f:6: spec.conf.jwks: must be a JWK set in JSON: {"keys": [...]}
          JwtAuthentication | {service: a}         | issuer: me               | f:6: spec.conf: must have one of jwks and jwksUri
          JwtAuthentication | {service: a}         | issuer: me, jwks: '{"keys":[]}', jwksUri: 'https://a/b' | f:6: spec.conf: must have one of jwks and jwksUri
          JwtAuthentication | {service: a}         | issuer: me, jwksUri: 'file:///etc/passwd' | f:6: spec.conf.jwksUri: is file:///etc/passwd; must be URL such as https://login.example.com/keys
          JwtAuthentication | {service: a}         | issuer: me, jwksUri: 'https://me:secret@a/b' | f:6: spec.conf.jwksUri: is https://me:secret@a/b; must be URL such as https://login.example.com/keys
          RateLimit    | {service: a}              | limitForPeriod: 1, key: header | f:6: spec.conf.key: header needs the field header beside it: the header's name
          RateLimit    | {service: a}              | limitForPeriod: 1, scope: globl | f:6: spec.conf.scope: is globl; must be one of local, global; did you mean global?
          LoadBalancer | {}                        | algorithm: ROUND_ROBBIN  | f:6: spec.conf.algorithm: is ROUND_ROBBIN; must be one of ROUND_ROBIN, LEAST_REQUEST, PEAK_EWMA, RANDOM, RING_HASH, MAGLEV; did you mean ROUND_ROBIN?
          LoadBalancer | {}                        | algorithm: MAGLEV        | f:6: spec.conf.algorithm: MAGLEV needs hash beside it: by what requests stick
          LoadBalancer | {}                        | algorithm: RANDOM, hash: [{by: path}] | f:6: spec.conf.hash: means nothing without algorithm: RING_HASH or MAGLEV
          LoadBalancer | {}                        | algorithm: MAGLEV, hash: [{by: path}], slowStart: {window: 1s} | f:6: spec.conf.slowStart: means nothing with MAGLEV
          LoadBalancer | {}                        | algorithm: MAGLEV, hash: [{by: cookie}] | f:6: spec.conf.hash[0].by: cookie needs name beside it: the cookie's name
          LoadBalancer | {}                        | algorithm: MAGLEV, hash: [{by: path, name: a}] | f:6: spec.conf.hash[0].name: means nothing with by: path
          LoadBalancer | {}                        | algorithm: RANDOM, panicThreshold: 101 | f:6: spec.conf.panicThreshold: is 101; must be percentage from 0 to 100
          LoadBalancer | {}                        | algorithm: RANDOM, locality: {failover: ["*"]} | f:6: spec.conf.locality.failover[0]: is *; must be zone, or what zones begin with and then *
          LoadBalancer | {}                        | algorithm: RANDOM, locality: {overprovisioningFactor: 99} | f:6: spec.conf.locality.overprovisioningFactor: is 99; must be whole number from 100 to 10000
          LoadBalancer | {}                        | algorithm: RANDOM, locality: {overflowPercent: 101} | f:6: spec.conf.locality.overflowPercent: is 101; must be percentage from 0 to 100
          CircuitBreaker | {}                      | failureRateThreshold: 0  | f:6: spec.conf.failureRateThreshold: must be more than 0, or it would open at the first call
          CircuitBreaker | {}                      | slowCallRateThreshold: 0 | f:6: spec.conf.slowCallRateThreshold: must be more than 0, or it would open at the first call
          CircuitBreaker | {}                      | window: {calls: 10, time: 10s} | f:6: spec.conf.window: may have only one of calls, time
          CircuitBreaker | {}                      | window: {time: 1s}       | f:6: spec.conf.window.time: is 1s; must be duration from 2s to 10m
          CircuitBreaker | {}                      | minimumCalls: 0          | f:6: spec.conf.minimumCalls: is 0; must be whole number from 1 to 1000000
          ConcurrencyLimit | {}                    | maxPending: 1            | f:6: spec.conf: must have one of maxConcurrent and adaptive
          ConcurrencyLimit | {}                    | maxConcurrent: 1, adaptive: {min: 1, max: 2} | f:6: spec.conf: must have one of maxConcurrent and adaptive
          ConcurrencyLimit | {}                    | maxConcurrent: 0         | f:6: spec.conf.maxConcurrent: is 0; must be whole number from 1 to 1000000
          ConcurrencyLimit | {}                    | adaptive: {min: 2, max: 2} | f:6: spec.conf.adaptive.max: must be more than min
          ConcurrencyLimit | {}                    | adaptive: {min: 2}       | f:6: spec.conf.adaptive.max: is missing: whole number from 1 to 1000000
          ConcurrencyLimit | {}                    | maxConcurrent: 1, maxWait: 1s | f:6: spec.conf.maxWait: means nothing without maxPending
          HealthCheck  | {}                        | interval: 5s             | f:6: spec.conf: must have one of http, grpc and tcp
          HealthCheck  | {}                        | tcp: {}, grpc: {}        | f:6: spec.conf: must have one of http, grpc and tcp
          HealthCheck  | {}                        | http: {}                 | f:6: spec.conf.http.path: is missing: path that begins with /
          HealthCheck  | {}                        | tcp: {port: 1}           | f:6: spec.conf.tcp.port: unknown field; allowed: none
          HealthCheck  | {}                        | tcp: {}, interval: 2s, timeout: 3s | f:6: spec.conf.timeout: the timeout, 1s if it is not written, must not be longer than the interval
          HealthCheck  | {}                        | tcp: {}, interval: 500ms | f:6: spec.conf.interval: the timeout, 1s if it is not written, must not be longer than the interval
          OutlierDetection | {}                    | consecutive5xx: -1       | f:6: spec.conf.consecutive5xx: is -1; must be whole number from 0 to 1000000
          OutlierDetection | {}                    | consecutive5xxErrors: 1  | f:6: spec.conf.consecutive5xxErrors: unknown field; allowed: consecutive5xx, consecutiveGatewayErrors, consecutiveLocalOriginFailures, successRate, interval, baseEjectionTime, maxEjectionPercent
          OutlierDetection | {}                    | consecutive5xx: 0        | f:6: spec.conf: ejects nobody: all counts are 0, and there is no successRate
          OutlierDetection | {}                    | successRate: {stdevFactor: 1.9} | f:6: spec.conf.successRate.stdevFactor: is 1.9; must be whole number from 1 to 100000
          Fault        | {service: a}              | matches: []              | f:6: spec.conf: must have one of delay and abort at least
          Fault        | {service: a}              | delay: {percent: 5}      | f:6: spec.conf.delay.fixed: is missing: duration from 1ms to 1h
          Fault        | {service: a}              | delay: {fixed: 2h}       | f:6: spec.conf.delay.fixed: is 2h; must be duration from 1ms to 1h
          Fault        | {service: a}              | abort: {percent: 5}      | f:6: spec.conf.abort: must have one of httpStatus and grpcStatus at least
          Fault        | {service: a}              | abort: {httpStatus: 200} | f:6: spec.conf.abort.httpStatus: is 200; must be whole number from 400 to 599
          Fault        | {service: a}              | abort: {grpcStatus: OK}  | f:6: spec.conf.abort.grpcStatus: must not be OK
          Fault        | {service: a}              | abort: {httpStatus: 503, percent: 101} | f:6: spec.conf.abort.percent: is 101; must be percentage from 0 to 100
          Fault        | {service: a}              | delay: {fixed: 1s}, side: both | f:6: spec.conf.side: is both; must be one of caller, callee
          Fault        | {service: a, route: b}    | delay: {fixed: 1s}, side: callee | f:5: spec.to.route: means nothing to the called service; needs side: caller
          Fault        | {service: a, namespace: b} | delay: {fixed: 1s}, side: callee | f:5: spec.to.namespace: what a service lets in is ruled from its own namespace, or from weft-system
          Fault        | {service: a}              | delay: {fixed: 1s}, matches: [{path: {value: a}}] | f:6: spec.conf.matches[0].path.value: is a; must be path that begins with /
          Telemetry    | {service: a}              | side: both               | f:6: spec.conf: must have one of tracing, attributes and accessLog at least
          Telemetry    | {service: a}              | tracing: {}              | f:6: spec.conf.tracing.percent: is missing: percentage from 0 to 100
          Telemetry    | {service: a}              | tracing: {percent: 200}  | f:6: spec.conf.tracing.percent: is 200; must be percentage from 0 to 100
          Telemetry    | {service: a}              | attributes: [{name: a.b, header: Cookie}] | f:6: spec.conf.attributes[0].header: Cookie holds secrets, and a trace is no place for them
          Telemetry    | {service: a}              | attributes: [{name: a b, header: c}] | f:6: spec.conf.attributes[0].name: is a b; must be name of an attribute, such as shop.customer
          Telemetry    | {service: a}              | accessLog: {minStatus: 99} | f:6: spec.conf.accessLog.minStatus: is 99; must be whole number from 100 to 599
          Telemetry    | {service: a}              | accessLog: {percent: 101} | f:6: spec.conf.accessLog.percent: is 101; must be percentage from 0 to 100
          Telemetry    | {service: a, route: b}    | accessLog: {}            | f:5: spec.to.route: means nothing to the called service; needs side: caller
          Route        | {service: a}              | rules: [{matches: [{grpc: {}}]}] | f:6: spec.conf.rules[0].matches[0].grpc: must have one of service and method at least
          Route        | {service: a}              | rules: [{matches: [{grpc: {service: a}, path: {value: /}}]}] | f:6: spec.conf.rules[0].matches[0]: may have only one of path, grpc
          Route        | {service: a}              | rules: [{sessionPersistence: {}}] | f:6: spec.conf.rules[0].sessionPersistence.sessionName: is missing: header name
          Route        | {service: a}              | rules: [{sessionPersistence: {sessionName: a, type: Header, absoluteTimeout: 1m}}] | f:6: spec.conf.rules[0].sessionPersistence.absoluteTimeout: means nothing with type: Header
          Route        | {service: a}              | rules: [{sessionPersistence: {sessionName: weft-a, type: Header}}] | f:6: spec.conf.rules[0].sessionPersistence.sessionName: headers that begin with weft- are the mesh's own: applications do not see them
          Route        | {service: a}              | rules: [{filters: [{requestMirror: {}}, {redirect: {}}]}] | f:6: spec.conf.rules[0]: a rule with a redirect asks nobody, and so mirrors nothing
          Route        | {service: a}              | rules: []                | f:6: spec.conf.rules: must have one rule at least
          Route        | {service: a}              | rules: [{name: a}, {name: a}] | f:6: spec.conf.rules[1].name: is the name of another rule already
          Route        | {service: a}              | rules: [{backends: [{weight: 0}]}] | f:6: spec.conf.rules[0].backends: the weights must not all be 0
          Route        | {service: a}              | rules: [{backends: [{weight: -1}]}] | f:6: spec.conf.rules[0].backends[0].weight: is -1; must be whole number from 0 to 1000000
          Route        | {service: a}              | rules: [{matches: [{path: {value: orders}}]}] | f:6: spec.conf.rules[0].matches[0].path.value: is orders; must be path that begins with /
          Route        | {service: a}              | rules: [{matches: [{path: {type: RegularExpression, value: '('}}]}] | f:6: spec.conf.rules[0].matches[0].path.value: is (; must be regular expression (RE2 syntax)
          Route        | {service: a}              | rules: [{matches: [{method: get}]}] | f:6: spec.conf.rules[0].matches[0].method: is get; must be method in capitals, such as GET
          Route        | {service: a}              | rules: [{filters: [{redirect: {}}], backends: [{}]}] | f:6: spec.conf.rules[0]: a rule with a redirect has neither backends nor urlRewrite
          Route        | {service: a}              | rules: [{filters: [{redirect: {}, urlRewrite: {}}]}] | f:6: spec.conf.rules[0].filters[0]: may have only one of urlRewrite, redirect
          """)
  void a_mistake_is_one_line_that_names_its_field(
      String kind, String to, String conf, String expected) {
    String text =
        """
        apiVersion: weft.io/v1
        kind: %s
        metadata: {name: a}
        spec:
          to: %s
          conf: {%s}
        """
            .formatted(kind, to, conf);

    assertThat(Problem.lines(problems(text)).split("\n")[0]).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          conf: {}                                         | f:5: spec.conf.default: is missing: one of ALLOW, DENY
          conf: {default: SOME}                            | f:5: spec.conf.default: is SOME; must be one of ALLOW, DENY
          conf: {default: DENY, exceptions: [{}]}          | f:5: spec.conf.exceptions[0]: must have one of hosts, ranges and ports at least
          conf: {default: DENY, exceptions: [{hosts: ['a*']}]} | f:5: spec.conf.exceptions[0].hosts[0]: is a*; must be host name, lower case, without a port, or *. and the end of one
          conf: {default: DENY, exceptions: [{hosts: ['a:1']}]} | f:5: spec.conf.exceptions[0].hosts[0]: is a:1; must be host name, lower case, without a port, or *. and the end of one
          conf: {default: DENY, exceptions: [{ranges: [10]}]} | f:5: spec.conf.exceptions[0].ranges[0]: is 10; must be address or range such as 10.0.0.0/8
          conf: {default: DENY, exceptions: [{ports: [0]}]} | f:5: spec.conf.exceptions[0].ports[0]: is 0; must be whole number from 1 to 65535
          to: {service: a}                                 | f:5: spec.to: unknown field; allowed: from, mode, conf
          from: {namespace: b}                             | f:5: spec.from.namespace: only calls of its own namespace default can be ruled on their way to another; the whole mesh is ruled from weft-system
          """)
  void a_mistake_in_an_egress_is_one_line_that_names_its_field(String line, String expected) {
    String text =
        """
        apiVersion: weft.io/v1
        kind: Egress
        metadata: {name: a}
        spec:
          %s
        """
            .formatted(line.startsWith("conf") ? line : line + "\n  conf: {default: DENY}");

    assertThat(Problem.lines(problems(text)).split("\n")[0]).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                        | f:4: spec.hosts: is missing: list of: host name, lower case, without a port
          {hosts: []}                               | f:4: spec.hosts: must name one host at least
          {hosts: ['*.a']}                          | f:4: spec.hosts[0]: is *.a; must be host name, lower case, without a port
          {hosts: [a.b, c.d]}                       | f:4: spec.hosts: several hosts need endpoints, where all of them are; else write an ExternalService each
          {hosts: [a.b], ports: []}                 | f:4: spec.ports: must name one port at least
          {hosts: [a.b], ports: [{number: 80, protocol: tcp}]} | f:4: spec.ports[0].protocol: is tcp; must be one of http, https, http2, grpc
          {hosts: [a.b], ports: [{number: 80}, {number: 80}]} | f:4: spec.ports[1].number: is the number of another port already
          {hosts: [a.b], ports: [{number: 80, targetPort: 0}]} | f:4: spec.ports[0].targetPort: is 0; must be whole number from 1 to 65535
          {hosts: [a.b], endpoints: [{address: 'a:1'}]} | f:4: spec.endpoints[0].address: is a:1; must be host name or address
          {hosts: [a.b], endpoints: [{address: 10.0.0.0/8}]} | f:4: spec.endpoints[0].address: is 10.0.0.0/8; must be host name or address
          {hosts: [a.b], endpoints: [{address: '::1', weight: 0}]} | f:4: spec.endpoints[0].weight: is 0; must be whole number from 1 to 1000000
          {hosts: [a.b], tls: {}}                   | f:4: spec.tls.mode: is missing: one of DISABLE, SIMPLE
          {hosts: [a.b], tls: {mode: MUTUAL}}       | f:4: spec.tls.mode: is MUTUAL; must be one of DISABLE, SIMPLE
          {hosts: [a.b], tls: {mode: DISABLE, sni: a.b}} | f:4: spec.tls.sni: means nothing without mode: SIMPLE
          {hosts: [a.b], tls: {mode: SIMPLE, caCertificates: ca.pem}} | f:4: spec.tls.caCertificates: must be certificates in PEM
          {hosts: [a.b], conf: {}}                  | f:4: spec.conf: unknown field; allowed: hosts, ports, endpoints, tls, visibility
          """)
  void a_mistake_in_an_external_service_is_one_line_that_names_its_field(
      String spec, String expected) {
    String text =
        """
        apiVersion: weft.io/v1
        kind: ExternalService
        metadata: {name: a}
        spec: %s
        """
            .formatted(spec);

    assertThat(Problem.lines(problems(text)).split("\n")[0]).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          apiVersion: weft.io/v2 | f:1: apiVersion: is weft.io/v2; must be one of weft.io/v1; did you mean weft.io/v1?
          kind: timeout          | f:2: kind: unknown kind timeout, did you mean Timeout?; allowed: Service, ExternalService, Route, Timeout, Retry, LoadBalancer, CircuitBreaker, ConcurrencyLimit, OutlierDetection, HealthCheck, Egress, MutualTls, JwtAuthentication, Authorization, RateLimit, Fault, Telemetry
          kind: Gateway          | f:2: kind: unknown kind Gateway; allowed: Service, ExternalService, Route, Timeout, Retry, LoadBalancer, CircuitBreaker, ConcurrencyLimit, OutlierDetection, HealthCheck, Egress, MutualTls, JwtAuthentication, Authorization, RateLimit, Fault, Telemetry
          metadata: {name: _}    | f:3: metadata.name: is _; must be name (RFC 1123 label: at most 63 of a-z, 0-9 and -, with no - at either end)
          metadata: {}           | f:3: metadata.name: is missing: name (RFC 1123 label: at most 63 of a-z, 0-9 and -, with no - at either end)
          """)
  void a_mistake_in_the_head_is_told_in_its_line(String line, String expected) {
    String field = line.substring(0, line.indexOf(':'));
    String text =
        TIMEOUT
            .lines()
            .map(each -> each.startsWith(field + ":") ? line : each)
            .collect(Collectors.joining("\n"));

    assertThat(Problem.lines(problems(text))).isEqualTo(expected);
  }

  @Test
  void a_mistake_in_a_later_document_is_told_in_its_line_of_the_file() {
    assertThat(Problem.lines(problems(TIMEOUT + "---\n" + TIMEOUT.replace("1s", "soon"))))
        .startsWith("f:13: spec.conf.request: is soon;");
  }

  @Test
  void all_mistakes_of_a_file_are_told_at_once() {
    String bad = TIMEOUT.replace("1s", "soon");

    assertThat(problems(bad + "---\n" + bad)).extracting(Problem::line).containsExactly(6, 13);
  }

  @Test
  void the_same_document_twice_in_a_file_is_told() {
    assertThat(Problem.lines(problems(TIMEOUT + "---\n" + TIMEOUT)))
        .isEqualTo("f:8: metadata.name: Timeout/default/stock stands in line 1 already");
  }

  @Test
  void lines_may_end_as_windows_ends_them() {
    assertThat(problems(TIMEOUT.replace("\n", "\r\n"))).isEmpty();
    String two = (TIMEOUT + "---\n" + TIMEOUT.replace("1s", "soon")).replace("\n", "\r\n");
    assertThat(problems(two)).extracting(Problem::line).containsExactly(13);
  }

  @Test
  void a_byte_order_mark_is_no_mistake() {
    assertThat(problems("\uFEFF" + TIMEOUT)).isEmpty();
  }

  @Test
  void tabs_are_refused_where_yaml_refuses_them() {
    assertThat(problems(TIMEOUT.replace("  conf", "\tconf")))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.line()).isEqualTo(6);
              assertThat(problem.message()).contains("\\t(TAB)").doesNotContain("\n");
            });
  }

  @Test
  void what_is_not_utf8_or_too_long_is_refused() {
    assertThat(new DocumentReader().read("f", new byte[] {'a', (byte) 0xc3}).problems())
        .extracting(Problem::toString)
        .containsExactly("f: is not UTF-8");
    assertThat(problems("#".repeat(DocumentReader.LONGEST + 1)))
        .extracting(Problem::toString)
        .containsExactly("f: is 1048577 bytes long; at most 1048576 are read");
  }

  @Test
  void a_megabyte_of_one_document_is_refused_in_few_lines() {
    String rules =
        IntStream.range(0, 30_000)
            .mapToObj(i -> "    - {nam: r" + i + "}\n")
            .collect(Collectors.joining());
    String text =
        TIMEOUT.replace("Timeout", "Route").replace("conf: {request: 1s}", "conf:\n    rules:\n");

    assertThat(problems(text + rules)).isNotEmpty().hasSizeLessThanOrEqualTo(50);
  }

  @ParameterizedTest
  @CsvSource({"100", "10000", "200000"})
  void what_is_nested_deeply_is_refused(int depth) {
    assertThat(problems("a: " + "[".repeat(depth))).hasSize(1);
    assertThat(problems("a: " + "{a: ".repeat(depth))).hasSize(1);
  }

  @Test
  void aliases_that_multiply_are_refused() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 40; i++) {
      bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }

    assertThat(problems(bomb.toString())).isNotEmpty();
    assertThat(problems(TIMEOUT.replace("conf: {request: 1s}", "conf: &c {request: *c}")))
        .isNotEmpty();
  }

  @Test
  void aliases_that_multiply_within_a_document_are_refused() {
    StringBuilder bomb =
        new StringBuilder(
            """
            apiVersion: weft.io/v1
            kind: Route
            metadata: {name: a}
            spec:
              to: {service: a}
              conf:
                rules:
                - matches: &m [%s]
            """
                .formatted("{method: GET}, ".repeat(400)));
    bomb.append("    - matches: *m\n".repeat(1000));

    assertThat(problems(bomb.toString())).isNotEmpty().hasSizeLessThan(51);
  }

  @ParameterizedTest
  @CsvSource({"''", "' '", "# nothing", "---", "'--- # nothing'"})
  void nothing_is_no_document_and_no_mistake(String text) {
    DocumentReader.Read read = read(text);

    assertThat(read.documents()).isEmpty();
    assertThat(read.problems()).isEmpty();
  }

  @Test
  void json_is_read_as_yaml_is() {
    assertThat(
            read("""
                {"apiVersion": "weft.io/v1", "kind": "LoadBalancer", "metadata": {"name": "a"},
                 "spec": {"conf": {"algorithm": "ROUND_ROBIN"}}}
                """)
                .documents())
        .singleElement()
        .satisfies(each -> assertThat(each.conf().text("algorithm")).isEqualTo("ROUND_ROBIN"));
  }

  private static List<Problem> problems(String text) {
    return read(text).problems();
  }

  private static DocumentReader.Read read(String text) {
    return new DocumentReader().read("f", text.getBytes(StandardCharsets.UTF_8));
  }
}
