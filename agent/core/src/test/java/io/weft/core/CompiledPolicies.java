package io.weft.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.v1.AccessLog;
import io.weft.api.v1.Backend;
import io.weft.api.v1.CircuitBreaker;
import io.weft.api.v1.ConcurrencyLimit;
import io.weft.api.v1.Egress;
import io.weft.api.v1.EgressException;
import io.weft.api.v1.Fault;
import io.weft.api.v1.HashKey;
import io.weft.api.v1.Header;
import io.weft.api.v1.HeaderAttribute;
import io.weft.api.v1.HeaderEdits;
import io.weft.api.v1.Hedge;
import io.weft.api.v1.LoadBalancer;
import io.weft.api.v1.Locality;
import io.weft.api.v1.Mirror;
import io.weft.api.v1.NamedMatch;
import io.weft.api.v1.OutlierDetection;
import io.weft.api.v1.Redirect;
import io.weft.api.v1.Retry;
import io.weft.api.v1.RouteMatch;
import io.weft.api.v1.RouteRule;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.SessionPersistence;
import io.weft.api.v1.Shadow;
import io.weft.api.v1.Source;
import io.weft.api.v1.StringMatch;
import io.weft.api.v1.Telemetry;
import io.weft.api.v1.Timeout;
import io.weft.api.v1.UrlRewrite;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What control makes of documents, as far as the tests of calls need it: one document of a kind for
 * a service, or for one rule of its route.
 */
final class CompiledPolicies {

  private static final Map<String, Retry.Condition> CONDITIONS =
      Map.of(
          "5xx", Retry.Condition.STATUS_5XX,
          "gateway-error", Retry.Condition.GATEWAY_ERROR,
          "connect-failure", Retry.Condition.CONNECT_FAILURE,
          "refused-stream", Retry.Condition.REFUSED_STREAM,
          "reset-before-request", Retry.Condition.RESET_BEFORE_REQUEST,
          "retriable-status-codes", Retry.Condition.RETRIABLE_STATUS_CODES,
          "grpc-codes", Retry.Condition.GRPC_CODES);

  // Whose documents in shadow mode stand beside what is enforced.
  private static final Set<String> BESIDE = Set.of("Route", "Timeout", "Retry", "LoadBalancer");

  private final String service;
  private final List<JsonNode> documents;

  private CompiledPolicies(String service, List<JsonNode> documents) {
    this.service = service;
    this.documents = documents;
  }

  static ServiceConfig of(String service, List<JsonNode> documents) {
    return new CompiledPolicies(service, documents).config();
  }

  static Optional<Egress> egress(List<JsonNode> documents) {
    return new CompiledPolicies("", documents).find("Egress", "").map(CompiledPolicies::egress);
  }

  private static Egress egress(JsonNode document) {
    Egress.Builder egress =
        Egress.newBuilder()
            .setSource(source(document))
            .setShadow(document.at("/spec/mode").asText().equals("shadow"))
            .setDeny(conf(document).path("default").asText().equals("DENY"));
    for (JsonNode each : conf(document).path("exceptions")) {
      EgressException.Builder exception = EgressException.newBuilder();
      each.path("hosts").forEach(host -> exception.addHosts(host.asText()));
      each.path("ranges").forEach(range -> exception.addRanges(range.asText()));
      each.path("ports").forEach(port -> exception.addPorts(port.asInt()));
      egress.addExceptions(exception);
    }
    return egress.build();
  }

  private ServiceConfig config() {
    ServiceConfig.Builder config =
        ServiceConfig.newBuilder().setNamespace("default").setName(service);
    Optional<JsonNode> route = find("Route", "");
    route.ifPresent(document -> config.setRoute(source(document)));
    if (route.isEmpty()) {
      config.addRules(policies(RouteRule.newBuilder().addBackends(backend(service, 1)), ""));
    }
    route.ifPresent(
        document -> conf(document).path("rules").forEach(rule -> config.addRules(rule(rule))));
    find("Route", "", true)
        .ifPresent(
            document -> {
              config.setShadowRoute(source(document));
              conf(document).path("rules").forEach(rule -> config.addShadowRules(rule(rule)));
            });
    return config.build();
  }

  private RouteRule.Builder rule(JsonNode rule) {
    RouteRule.Builder built = RouteRule.newBuilder().setName(rule.path("name").asText());
    rule.path("matches").forEach(match -> built.addMatches(match(match)));
    rule.path("backends")
        .forEach(
            backend -> {
              Backend.Builder to =
                  backend(backend.path("service").asText(service), backend.path("weight").asInt(1))
                      .setPort(backend.path("port").asInt());
              backend
                  .path("labels")
                  .properties()
                  .forEach(label -> to.putLabels(label.getKey(), label.getValue().asText()));
              built.addBackends(to);
            });
    JsonNode session = rule.path("sessionPersistence");
    if (rule.has("sessionPersistence")) {
      built.setSessionPersistence(
          SessionPersistence.newBuilder()
              .setHeader(session.path("type").asText().equals("Header"))
              .setName(session.path("sessionName").asText())
              .setMaxAgeSeconds(nanos(session.path("absoluteTimeout")) / 1_000_000_000L));
    }
    for (JsonNode filter : rule.path("filters")) {
      if (filter.has("requestMirror")) {
        JsonNode mirror = filter.path("requestMirror");
        built.addMirrors(
            Mirror.newBuilder()
                .setBackend(backend(mirror.path("service").asText(service), 1))
                .setMillipercent(mirror.path("percent").asInt(100) * 1000));
      }
      if (filter.has("requestHeaders")) {
        built.setRequestHeaders(edits(filter.path("requestHeaders")));
      }
      if (filter.has("responseHeaders")) {
        built.setResponseHeaders(edits(filter.path("responseHeaders")));
      }
      if (filter.has("urlRewrite")) {
        built.setUrlRewrite(rewrite(filter.path("urlRewrite")));
      }
      if (filter.has("redirect")) {
        built.setRedirect(redirect(filter.path("redirect")));
      }
    }
    if (built.getBackendsCount() == 0 && !built.hasRedirect()) {
      built.addBackends(backend(service, 1));
    }
    return policies(built, built.getName());
  }

  private RouteRule.Builder policies(RouteRule.Builder rule, String name) {
    find("Timeout", name).ifPresent(document -> rule.setTimeout(timeout(document)));
    find("Retry", name).ifPresent(document -> rule.setRetry(retry(document)));
    find("LoadBalancer", name).ifPresent(document -> rule.setLoadBalancer(loadBalancer(document)));
    find("Fault", name).ifPresent(document -> rule.setFault(fault(document)));
    find("Telemetry", name).ifPresent(document -> rule.setTelemetry(telemetry(document)));
    find("CircuitBreaker", name)
        .ifPresent(document -> rule.setCircuitBreaker(circuitBreaker(document)));
    find("ConcurrencyLimit", name)
        .ifPresent(document -> rule.setConcurrencyLimit(concurrencyLimit(document)));
    find("OutlierDetection", name)
        .ifPresent(document -> rule.setOutlierDetection(outlierDetection(document)));
    Shadow.Builder shadow = Shadow.newBuilder();
    find("Timeout", name, true).ifPresent(document -> shadow.setTimeout(timeout(document)));
    find("Retry", name, true).ifPresent(document -> shadow.setRetry(retry(document)));
    find("LoadBalancer", name, true)
        .ifPresent(document -> shadow.setLoadBalancer(loadBalancer(document)));
    if (!shadow.build().equals(Shadow.getDefaultInstance())) {
      rule.setShadow(shadow);
    }
    return rule;
  }

  private static Telemetry telemetry(JsonNode document) {
    JsonNode conf = conf(document);
    Telemetry.Builder built = Telemetry.newBuilder().setSource(source(document));
    if (conf.has("tracing")) {
      built.setSampleMillipercent(conf.path("tracing").path("percent").asInt() * 1000);
    }
    conf.path("attributes")
        .forEach(
            each ->
                built.addAttributes(
                    HeaderAttribute.newBuilder()
                        .setName(each.path("name").asText())
                        .setHeader(each.path("header").asText())));
    if (conf.has("accessLog")) {
      JsonNode log = conf.path("accessLog");
      built.setAccessLog(
          AccessLog.newBuilder()
              .setMinStatus(log.path("minStatus").asInt())
              .setMinNanos(nanos(log.path("minDuration")))
              .setMillipercent(log.path("percent").asInt(100) * 1000));
    }
    return built.build();
  }

  private static CircuitBreaker circuitBreaker(JsonNode document) {
    JsonNode conf = conf(document);
    JsonNode window = conf.path("window");
    return CircuitBreaker.newBuilder()
        .setSource(source(document))
        .setShadow(shadow(document))
        .setFailureRateMillipercent(conf.path("failureRateThreshold").asInt(50) * 1000)
        .setSlowCallRateMillipercent(conf.path("slowCallRateThreshold").asInt(100) * 1000)
        .setSlowCallNanos(nanos(conf.path("slowCallDuration"), "1m"))
        .setWindowCalls(window.has("time") ? 0 : window.path("calls").asInt(100))
        .setWindowSeconds((int) (nanos(window.path("time")) / 1_000_000_000))
        .setMinimumCalls(conf.path("minimumCalls").asInt(100))
        .setOpenNanos(nanos(conf.path("waitDurationInOpenState"), "1m"))
        .setHalfOpenCalls(conf.path("permittedCallsInHalfOpen").asInt(10))
        .build();
  }

  private static ConcurrencyLimit concurrencyLimit(JsonNode document) {
    JsonNode conf = conf(document);
    int fixed = conf.path("maxConcurrent").asInt();
    return ConcurrencyLimit.newBuilder()
        .setSource(source(document))
        .setShadow(shadow(document))
        .setLeast(conf.path("adaptive").path("min").asInt(fixed))
        .setMost(conf.path("adaptive").path("max").asInt(fixed))
        .setMaxPending(conf.path("maxPending").asInt())
        .setMaxWaitNanos(nanos(conf.path("maxWait"), "1s"))
        .build();
  }

  private static OutlierDetection outlierDetection(JsonNode document) {
    JsonNode conf = conf(document);
    OutlierDetection.Builder built =
        OutlierDetection.newBuilder()
            .setSource(source(document))
            .setShadow(shadow(document))
            .setConsecutive5Xx(conf.path("consecutive5xx").asInt(5))
            .setConsecutiveGatewayErrors(conf.path("consecutiveGatewayErrors").asInt())
            .setConsecutiveLocalOriginFailures(conf.path("consecutiveLocalOriginFailures").asInt())
            .setIntervalNanos(nanos(conf.path("interval"), "10s"))
            .setBaseEjectionNanos(nanos(conf.path("baseEjectionTime"), "30s"))
            .setMaxEjectionMillipercent(conf.path("maxEjectionPercent").asInt(50) * 1000);
    JsonNode rate = conf.path("successRate");
    if (!rate.isMissingNode()) {
      built.setSuccessRate(
          OutlierDetection.SuccessRate.newBuilder()
              .setStdevFactorMilli(rate.path("stdevFactor").asInt(1900))
              .setMinimumHosts(rate.path("minimumHosts").asInt(5))
              .setRequestVolume(rate.path("requestVolume").asInt(100)));
    }
    return built.build();
  }

  private static LoadBalancer loadBalancer(JsonNode document) {
    JsonNode conf = conf(document);
    JsonNode slowStart = conf.path("slowStart");
    LoadBalancer.Builder built =
        LoadBalancer.newBuilder()
            .setSource(source(document))
            .setAlgorithm(LoadBalancer.Algorithm.valueOf(conf.path("algorithm").asText()))
            .setSlowStartNanos(nanos(slowStart.path("window")))
            .setSlowStartMillipercent(slowStart.path("minimumPercent").asInt(10) * 1000)
            .setPanicMillipercent(conf.path("panicThreshold").asInt(50) * 1000);
    JsonNode locality = conf.path("locality");
    if (!locality.isMissingNode()) {
      Locality.Builder near =
          Locality.newBuilder()
              .setOverprovisioningPercent(locality.path("overprovisioningFactor").asInt(140))
              .setOverflowMillipercent(locality.path("overflowPercent").asInt() * 1000);
      locality.path("failover").forEach(each -> near.addFailover(each.asText()));
      built.setLocality(near);
    }
    for (JsonNode key : conf.path("hash")) {
      String name = key.path("name").asText();
      built.addHash(
          switch (key.path("by").asText()) {
            case "header" -> HashKey.newBuilder().setHeader(name);
            case "cookie" -> HashKey.newBuilder().setCookie(name);
            case "path" -> HashKey.newBuilder().setPath(true);
            default -> HashKey.newBuilder().setSource(true);
          });
    }
    return built.build();
  }

  private static Fault fault(JsonNode document) {
    JsonNode conf = conf(document);
    JsonNode delay = conf.path("delay");
    JsonNode abort = conf.path("abort");
    Fault.Builder built =
        Fault.newBuilder()
            .setSource(source(document))
            .setShadow(shadow(document))
            .setDelayNanos(nanos(delay.path("fixed")))
            .setDelayMillipercent(conf.has("delay") ? delay.path("percent").asInt(100) * 1000 : 0)
            .setAbortHttpStatus(abort.path("httpStatus").asInt())
            .setAbortGrpcCode(abort.path("grpcStatus").asInt())
            .setAbortMillipercent(conf.has("abort") ? abort.path("percent").asInt(100) * 1000 : 0);
    conf.path("matches").forEach(match -> built.addMatches(match(match)));
    return built.build();
  }

  private Optional<JsonNode> find(String kind, String rule) {
    return find(kind, rule, false);
  }

  // The newest document wins, so that a test can change its mind; one for the rule goes before.
  private Optional<JsonNode> find(String kind, String rule, boolean shadow) {
    Optional<JsonNode> found = Optional.empty();
    boolean forRule = false;
    for (JsonNode document : documents) {
      JsonNode to = document.path("spec").path("to");
      boolean exact = !rule.isEmpty() && to.path("route").asText().equals(rule);
      if (document.path("kind").asText().equals(kind)
          && (shadow(document) == shadow || !BESIDE.contains(kind))
          && to.path("service").asText().equals(service)
          && (exact || (!to.has("route") && !forRule))) {
        found = Optional.of(document);
        forRule = exact;
      }
    }
    return found;
  }

  private static RouteMatch match(JsonNode match) {
    RouteMatch.Builder built = RouteMatch.newBuilder().setMethod(match.path("method").asText());
    if (match.has("path")) {
      built.setPath(string(match.path("path"), "PathPrefix"));
    }
    match.path("headers").forEach(header -> built.addHeaders(named(header)));
    match.path("queryParams").forEach(parameter -> built.addQueryParams(named(parameter)));
    return built.build();
  }

  private static NamedMatch.Builder named(JsonNode match) {
    return NamedMatch.newBuilder()
        .setName(match.path("name").asText())
        .setValue(string(match, "Exact"));
  }

  private static StringMatch.Builder string(JsonNode match, String defaultType) {
    StringMatch.Type type =
        switch (match.path("type").asText(defaultType)) {
          case "Exact" -> StringMatch.Type.EXACT;
          case "PathPrefix" -> StringMatch.Type.PREFIX;
          case "RegularExpression" -> StringMatch.Type.REGEX;
          default -> throw new IllegalArgumentException(match.toString());
        };
    return StringMatch.newBuilder().setType(type).setValue(match.path("value").asText());
  }

  private static Backend.Builder backend(String service, int weight) {
    return Backend.newBuilder().setNamespace("default").setService(service).setWeight(weight);
  }

  private static HeaderEdits edits(JsonNode edits) {
    HeaderEdits.Builder built = HeaderEdits.newBuilder();
    edits.path("set").forEach(header -> built.addSet(header(header)));
    edits.path("add").forEach(header -> built.addAdd(header(header)));
    edits.path("remove").forEach(name -> built.addRemove(name.asText()));
    return built.build();
  }

  private static Header.Builder header(JsonNode header) {
    return Header.newBuilder()
        .setName(header.path("name").asText())
        .setValue(header.path("value").asText());
  }

  private static UrlRewrite rewrite(JsonNode rewrite) {
    UrlRewrite.Builder built = UrlRewrite.newBuilder().setHost(rewrite.path("host").asText());
    JsonNode path = rewrite.path("path");
    if (path.has("replaceFullPath")) {
      built.setReplaceFullPath(path.path("replaceFullPath").asText());
    }
    if (path.has("replacePrefixMatch")) {
      built.setReplacePrefixMatch(path.path("replacePrefixMatch").asText());
    }
    return built.build();
  }

  private static Redirect redirect(JsonNode redirect) {
    Redirect.Builder built =
        Redirect.newBuilder()
            .setScheme(redirect.path("scheme").asText())
            .setHost(redirect.path("host").asText())
            .setPort(redirect.path("port").asInt())
            .setStatusCode(redirect.path("statusCode").asInt());
    JsonNode path = redirect.path("path");
    if (path.has("replaceFullPath")) {
      built.setReplaceFullPath(path.path("replaceFullPath").asText());
    }
    if (path.has("replacePrefixMatch")) {
      built.setReplacePrefixMatch(path.path("replacePrefixMatch").asText());
    }
    return built.build();
  }

  private static Timeout timeout(JsonNode document) {
    JsonNode conf = conf(document);
    return Timeout.newBuilder()
        .setSource(source(document))
        .setRequestNanos(nanos(conf.path("request")))
        .setPerTryNanos(nanos(conf.path("perTry")))
        .setConnectNanos(nanos(conf.path("connect")))
        .setIdleNanos(nanos(conf.path("idle")))
        .build();
  }

  private static Retry retry(JsonNode document) {
    JsonNode conf = conf(document);
    Retry.Builder built =
        Retry.newBuilder()
            .setSource(source(document))
            .setAttempts(conf.path("attempts").asInt())
            .setPerTryTimeoutNanos(nanos(conf.path("perTryTimeout")))
            .setBackoffBaseNanos(nanos(conf.path("backoff").path("base")))
            .setBackoffMaxNanos(nanos(conf.path("backoff").path("max")))
            .setBudgetMillipercent(conf.path("budget").path("percent").asInt(20) * 1000)
            .setBudgetMinPerSecond(conf.path("budget").path("minPerSecond").asInt(3))
            .setIdempotentOnly(conf.path("idempotentOnly").asBoolean(true))
            .setHonourRetryAfter(conf.path("honourRetryAfter").asBoolean(true))
            .setAttemptsIfRetried(conf.path("attemptsIfRetried").asInt(1));
    JsonNode hedge = conf.path("hedge");
    if (conf.has("hedge")) {
      built.setHedge(
          Hedge.newBuilder()
              .setDelayNanos(nanos(hedge.path("delay")))
              .setDelayPercentile(hedge.path("percentile").asInt() * 1000)
              .setMax(hedge.path("max").asInt(1)));
    }
    conf.path("on").forEach(on -> built.addOn(CONDITIONS.get(on.asText())));
    conf.path("statusCodes").forEach(code -> built.addStatusCodes(code.asInt()));
    conf.path("grpcCodes").forEach(code -> built.addGrpcCodes(code.asInt()));
    return built.build();
  }

  private static boolean shadow(JsonNode document) {
    return document.path("spec").path("mode").asText().equals("shadow");
  }

  private static long nanos(JsonNode duration) {
    return nanos(duration, "");
  }

  private static long nanos(JsonNode duration, String unwritten) {
    String text = duration.asText(unwritten);
    if (text.isEmpty()) {
      return 0;
    }
    int unit = 0;
    while (unit < text.length() && !Character.isLetter(text.charAt(unit))) {
      unit++;
    }
    BigDecimal number = new BigDecimal(text.substring(0, unit));
    Duration one =
        switch (text.substring(unit).toLowerCase(Locale.ROOT)) {
          case "ms" -> Duration.ofMillis(1);
          case "s" -> Duration.ofSeconds(1);
          case "m" -> Duration.ofMinutes(1);
          default -> throw new IllegalArgumentException(text);
        };
    return number.multiply(BigDecimal.valueOf(one.toNanos())).longValueExact();
  }

  private static JsonNode conf(JsonNode document) {
    return document.path("spec").path("conf");
  }

  private static Source source(JsonNode document) {
    return Source.newBuilder()
        .setKind(document.path("kind").asText())
        .setNamespace("default")
        .setName(document.path("metadata").path("name").asText())
        .setGeneration(1)
        .build();
  }
}
