package io.weft.control.document;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.yaml.snakeyaml.nodes.Node;

/** What no field can say by itself: whether the fields of one document make sense together. */
final class Sense {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> FILTERS =
      List.of("requestHeaders", "responseHeaders", "urlRewrite", "requestMirror", "redirect");
  private static final Set<String> SECRETS =
      Set.of("authorization", "proxy-authorization", "cookie", "x-api-key");

  private final Document document;
  private final NodeReader reader;
  private final Node root;

  private Sense(Document document, NodeReader reader, Node root) {
    this.document = document;
    this.reader = reader;
    this.root = root;
  }

  static void check(Document document, NodeReader reader, Node root) {
    Sense sense = new Sense(document, reader, root);
    switch (document.key().kind()) {
      case SERVICE -> sense.ports();
      case EXTERNAL_SERVICE -> sense.externalService();
      case ROUTE -> sense.route();
      case RETRY -> sense.retry();
      case RATE_LIMIT -> sense.rateLimit();
      case MUTUAL_TLS -> sense.mutualTls();
      case JWT_AUTHENTICATION -> sense.jwtAuthentication();
      case LOAD_BALANCER -> sense.loadBalancer();
      case CIRCUIT_BREAKER -> sense.circuitBreaker();
      case CONCURRENCY_LIMIT -> sense.concurrencyLimit();
      case OUTLIER_DETECTION -> sense.outlierDetection();
      case HEALTH_CHECK -> sense.healthCheck();
      case FAULT -> sense.fault();
      case TELEMETRY -> sense.telemetry();
      case EGRESS -> sense.egress();
      case TIMEOUT, AUTHORIZATION -> {}
    }
    if (document.rulesCallers()) {
      sense.scope();
    }
    if (document.rulesCallees()) {
      sense.calleeScope();
    }
  }

  private void problem(String path, String message) {
    reader.problem(reader.at(root, path), path, message);
  }

  private void scope() {
    Scope scope = document.scope();
    Fields to = document.spec().fields("to");
    if (to.has("route") && !to.has("service")) {
      problem("spec.to.route", "needs service beside it: the service whose rule is meant");
    }
    if (to.has("route") && document.key().kind() == Kind.ROUTE) {
      problem("spec.to.route", "a Route cannot rule a rule of a Route");
    }
    String own = document.key().namespace();
    boolean system = own.equals(Document.SYSTEM);
    if (!system && !scope.toNamespace().equals(own) && !scope.fromNamespace().equals(own)) {
      problem(
          "spec.from.namespace",
          "only calls of its own namespace "
              + own
              + " can be ruled on their way to another; the whole mesh is ruled from "
              + Document.SYSTEM);
    }
  }

  private void calleeScope() {
    String own = document.key().namespace();
    if (!own.equals(Document.SYSTEM) && !document.scope().toNamespace().equals(own)) {
      problem(
          "spec.to.namespace",
          "what a service lets in is ruled from its own namespace, or from " + Document.SYSTEM);
    }
    if (document.key().kind().side() == Kind.Side.EITHER) {
      if (document.spec().has("from")) {
        problem("spec.from", "means nothing to the called service; needs side: caller");
      }
      if (document.spec().fields("to").has("route")) {
        problem("spec.to.route", "means nothing to the called service; needs side: caller");
      }
    }
  }

  private void fault() {
    Fields conf = document.conf();
    if (!conf.has("delay") && !conf.has("abort")) {
      problem("spec.conf", "must have one of delay and abort at least");
    }
    Fields abort = conf.fields("abort");
    if (conf.has("abort") && !abort.has("httpStatus") && !abort.has("grpcStatus")) {
      problem("spec.conf.abort", "must have one of httpStatus and grpcStatus at least");
    }
    if (abort.has("grpcStatus") && abort.whole("grpcStatus", 0) == 0) {
      problem("spec.conf.abort.grpcStatus", "must not be OK");
    }
    matches(conf, "spec.conf");
  }

  private void telemetry() {
    Fields conf = document.conf();
    if (!conf.has("tracing") && !conf.has("attributes") && !conf.has("accessLog")) {
      problem("spec.conf", "must have one of tracing, attributes and accessLog at least");
    }
    List<Fields> attributes = conf.each("attributes");
    for (int i = 0; i < attributes.size(); i++) {
      String header = attributes.get(i).text("header");
      if (SECRETS.contains(header.toLowerCase(Locale.ROOT))) {
        problem(
            "spec.conf.attributes[" + i + "].header",
            header + " holds secrets, and a trace is no place for them");
      }
    }
  }

  private void loadBalancer() {
    Fields conf = document.conf();
    String algorithm = conf.text("algorithm");
    boolean hashes = algorithm.equals("RING_HASH") || algorithm.equals("MAGLEV");
    List<Fields> keys = conf.each("hash");
    if (hashes && keys.isEmpty()) {
      problem("spec.conf.algorithm", algorithm + " needs hash beside it: by what requests stick");
    }
    if (!hashes && conf.has("hash")) {
      problem("spec.conf.hash", "means nothing without algorithm: RING_HASH or MAGLEV");
    }
    if (hashes && conf.has("slowStart")) {
      problem("spec.conf.slowStart", "means nothing with " + algorithm);
    }
    for (int i = 0; i < keys.size(); i++) {
      String by = keys.get(i).text("by");
      boolean named = by.equals("header") || by.equals("cookie");
      String path = "spec.conf.hash[" + i + "]";
      if (named && !keys.get(i).has("name")) {
        problem(path + ".by", by + " needs name beside it: the " + by + "'s name");
      }
      if (!named && keys.get(i).has("name")) {
        problem(path + ".name", "means nothing with by: " + by);
      }
    }
  }

  private void circuitBreaker() {
    Fields conf = document.conf();
    for (String rate : List.of("failureRateThreshold", "slowCallRateThreshold")) {
      if (conf.has(rate) && conf.percent(rate).signum() == 0) {
        problem("spec.conf." + rate, "must be more than 0, or it would open at the first call");
      }
    }
  }

  private void egress() {
    List<Fields> exceptions = document.conf().each("exceptions");
    for (int i = 0; i < exceptions.size(); i++) {
      Fields exception = exceptions.get(i);
      if (!exception.has("hosts") && !exception.has("ranges") && !exception.has("ports")) {
        problem(
            "spec.conf.exceptions[" + i + "]", "must have one of hosts, ranges and ports at least");
      }
    }
  }

  private void concurrencyLimit() {
    Fields conf = document.conf();
    Fields adaptive = conf.fields("adaptive");
    if (conf.has("maxConcurrent") == conf.has("adaptive")) {
      problem("spec.conf", "must have one of maxConcurrent and adaptive");
    }
    if (adaptive.whole("max", 2) <= adaptive.whole("min", 1)) {
      problem("spec.conf.adaptive.max", "must be more than min");
    }
    if (conf.has("maxWait") && conf.whole("maxPending", 0) == 0) {
      problem("spec.conf.maxWait", "means nothing without maxPending");
    }
  }

  private void outlierDetection() {
    Fields conf = document.conf();
    boolean never =
        conf.whole("consecutive5xx", 5) == 0
            && conf.whole("consecutiveGatewayErrors", 0) == 0
            && conf.whole("consecutiveLocalOriginFailures", 0) == 0
            && !conf.has("successRate");
    if (never) {
      problem("spec.conf", "ejects nobody: all counts are 0, and there is no successRate");
    }
  }

  private void healthCheck() {
    Fields conf = document.conf();
    if (Stream.of("http", "grpc", "tcp").filter(conf::has).count() != 1) {
      problem("spec.conf", "must have one of http, grpc and tcp");
    }
    if (conf.nanos("timeout", Duration.ofSeconds(1))
        > conf.nanos("interval", Duration.ofSeconds(10))) {
      problem(
          "spec.conf." + (conf.has("timeout") ? "timeout" : "interval"),
          "the timeout, 1s if it is not written, must not be longer than the interval");
    }
  }

  private void rateLimit() {
    Fields conf = document.conf();
    boolean byHeader = conf.text("key").equals("header");
    if (byHeader && !conf.has("header")) {
      problem("spec.conf.key", "header needs the field header beside it: the header's name");
    }
    if (!byHeader && conf.has("header")) {
      problem("spec.conf.header", "means nothing without key: header");
    }
  }

  private void jwtAuthentication() {
    Fields conf = document.conf();
    if (conf.has("jwks") == conf.has("jwksUri")) {
      problem("spec.conf", "must have one of jwks and jwksUri");
    }
    if (!conf.has("jwks")) {
      return;
    }
    String jwks = conf.text("jwks");
    try {
      if (!JSON.readTree(jwks).path("keys").isArray()) {
        problem("spec.conf.jwks", "must be a JWK set in JSON: {\"keys\": [...]}");
      }
    } catch (JsonProcessingException e) {
      problem("spec.conf.jwks", "must be a JWK set in JSON: {\"keys\": [...]}");
    }
  }

  private void mutualTls() {
    Fields conf = document.conf();
    if (conf.has("exempt") && !conf.text("mode").equals("STRICT")) {
      problem("spec.conf.exempt", "means nothing without mode: STRICT");
    }
  }

  private void externalService() {
    Fields spec = document.spec();
    List<String> hosts = spec.texts("hosts");
    if (spec.has("hosts") && hosts.isEmpty()) {
      problem("spec.hosts", "must name one host at least");
    }
    if (hosts.size() > 1 && spec.each("endpoints").isEmpty()) {
      problem(
          "spec.hosts",
          "several hosts need endpoints, where all of them are; else write an ExternalService each");
    }
    if (spec.has("ports")) {
      ports();
    }
    Fields tls = spec.fields("tls");
    for (String field : List.of("sni", "caCertificates")) {
      if (tls.has(field) && !tls.text("mode").equals("SIMPLE")) {
        problem("spec.tls." + field, "means nothing without mode: SIMPLE");
      }
    }
    if (tls.has("caCertificates") && !isCertificates(tls.text("caCertificates"))) {
      problem("spec.tls.caCertificates", "must be certificates in PEM");
    }
  }

  private static boolean isCertificates(String pem) {
    try {
      return !CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
          .isEmpty();
    } catch (CertificateException e) {
      return false;
    }
  }

  private void ports() {
    List<Fields> ports = document.spec().each("ports");
    if (ports.isEmpty()) {
      problem("spec.ports", "must name one port at least");
    }
    Set<Integer> numbers = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < ports.size(); i++) {
      Fields port = ports.get(i);
      if (!numbers.add(port.whole("number", 0))) {
        problem("spec.ports[" + i + "].number", "is the number of another port already");
      }
      if (port.has("name") && !names.add(port.text("name"))) {
        problem("spec.ports[" + i + "].name", "is the name of another port already");
      }
    }
  }

  private void retry() {
    Fields conf = document.conf();
    List<String> on = conf.texts("on");
    if (on.isEmpty()) {
      problem("spec.conf.on", "must name one condition at least");
    }
    if (conf.whole("attemptsIfRetried", 1) > conf.whole("attempts", 20)) {
      problem("spec.conf.attemptsIfRetried", "must not be more than attempts");
    }
    hedge(conf);
    pair(on, "retriable-status-codes", conf, "statusCodes");
    pair(on, "grpc-codes", conf, "grpcCodes");
    Fields backoff = conf.fields("backoff");
    if (backoff.has("base")
        && backoff.has("max")
        && NodeReader.time(backoff, "base").compareTo(NodeReader.time(backoff, "max")) > 0) {
      problem("spec.conf.backoff.max", "must not be less than base");
    }
  }

  private void hedge(Fields conf) {
    if (!conf.has("hedge")) {
      return;
    }
    Fields hedge = conf.fields("hedge");
    if (!hedge.has("delay") && !hedge.has("percentile")) {
      problem("spec.conf.hedge", "must have one of delay and percentile");
    }
    double percentile = hedge.percent("percentile").doubleValue();
    if (hedge.has("percentile") && (percentile < 50 || percentile > 99.9)) {
      problem("spec.conf.hedge.percentile", "must be from 50 to 99.9");
    }
    if (conf.has("attempts") && hedge.whole("max", 1) >= conf.whole("attempts", 1)) {
      problem("spec.conf.hedge.max", "must be less than attempts, of which they are part");
    }
  }

  private void pair(List<String> on, String condition, Fields conf, String codes) {
    boolean any = conf.has(codes) && !conf.wholes(codes).isEmpty();
    if (on.contains(condition) && !any) {
      problem("spec.conf.on", condition + " needs " + codes);
    }
    if (!on.contains(condition) && conf.has(codes)) {
      problem("spec.conf." + codes, "means nothing without " + condition + " in on");
    }
  }

  private void route() {
    List<Fields> rules = document.conf().each("rules");
    if (rules.isEmpty()) {
      problem("spec.conf.rules", "must have one rule at least");
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < rules.size(); i++) {
      String path = "spec.conf.rules[" + i + "]";
      Fields rule = rules.get(i);
      if (rule.has("name") && !names.add(rule.text("name"))) {
        problem(path + ".name", "is the name of another rule already");
      }
      rule(rule, path);
    }
  }

  private void rule(Fields rule, String path) {
    matches(rule, path);
    session(rule, path);
    Set<String> kinds = new HashSet<>();
    List<Fields> filters = rule.each("filters");
    for (int i = 0; i < filters.size(); i++) {
      Fields filter = filters.get(i);
      for (String kind : FILTERS) {
        if (filter.has(kind) && !kinds.add(kind)) {
          problem(path + ".filters[" + i + "]." + kind, "stands in this rule already");
        }
        if (filter.fields(kind).fields("path").has("replacePrefixMatch") && !byPrefix(rule)) {
          problem(
              path + ".filters[" + i + "]." + kind + ".path.replacePrefixMatch",
              "needs a PathPrefix in each of the rule's matches");
        }
      }
    }
    List<Fields> backends = rule.each("backends");
    if (kinds.contains("redirect") && (!backends.isEmpty() || kinds.contains("urlRewrite"))) {
      problem(path, "a rule with a redirect has neither backends nor urlRewrite");
    }
    if (kinds.contains("redirect") && kinds.contains("requestMirror")) {
      problem(path, "a rule with a redirect asks nobody, and so mirrors nothing");
    }
    long weight = backends.stream().mapToLong(backend -> backend.whole("weight", 1)).sum();
    if (!backends.isEmpty() && weight == 0) {
      problem(path + ".backends", "the weights must not all be 0");
    }
    if (weight > Integer.MAX_VALUE) {
      problem(path + ".backends", "the weights must not add up to more than " + Integer.MAX_VALUE);
    }
  }

  private void session(Fields rule, String path) {
    Fields session = rule.fields("sessionPersistence");
    if (!rule.has("sessionPersistence")) {
      return;
    }
    boolean header = session.text("type").equals("Header");
    if (header && session.has("absoluteTimeout")) {
      problem(path + ".sessionPersistence.absoluteTimeout", "means nothing with type: Header");
    }
    if (header && session.text("sessionName").toLowerCase(Locale.ROOT).startsWith("weft-")) {
      problem(
          path + ".sessionPersistence.sessionName",
          "headers that begin with weft- are the mesh's own: applications do not see them");
    }
  }

  private static boolean byPrefix(Fields rule) {
    List<Fields> matches = rule.each("matches");
    return !matches.isEmpty()
        && matches.stream()
            .map(match -> match.fields("path"))
            .allMatch(
                path -> path.has("value") && path.text("type", "PathPrefix").equals("PathPrefix"));
  }

  private void matches(Fields rule, String path) {
    List<Fields> matches = rule.each("matches");
    for (int i = 0; i < matches.size(); i++) {
      String at = path + ".matches[" + i + "]";
      Fields match = matches.get(i);
      if (match.has("path")) {
        Fields value = match.fields("path");
        value(at + ".path.value", value, value.text("type", "PathPrefix"), TextForm.PATH);
      }
      Fields grpc = match.fields("grpc");
      if (match.has("grpc") && !grpc.has("service") && !grpc.has("method")) {
        problem(at + ".grpc", "must have one of service and method at least");
      }
      values(at + ".headers", match.each("headers"));
      values(at + ".queryParams", match.each("queryParams"));
    }
  }

  private void values(String path, List<Fields> named) {
    for (int i = 0; i < named.size(); i++) {
      Fields value = named.get(i);
      value(path + "[" + i + "].value", value, value.text("type", "Exact"), TextForm.ANY);
    }
  }

  private void value(String path, Fields value, String type, TextForm literal) {
    TextForm form = type.equals("RegularExpression") ? TextForm.REGEX : literal;
    if (!form.fits(value.text("value"))) {
      problem(path, "is " + value.text("value") + "; must be " + form.describe());
    }
  }
}
