package io.weft.control.compile;

import io.weft.api.v1.AccessLog;
import io.weft.api.v1.CircuitBreaker;
import io.weft.api.v1.ConcurrencyLimit;
import io.weft.api.v1.Egress;
import io.weft.api.v1.EgressException;
import io.weft.api.v1.Fault;
import io.weft.api.v1.HashKey;
import io.weft.api.v1.HeaderAttribute;
import io.weft.api.v1.HealthCheck;
import io.weft.api.v1.Hedge;
import io.weft.api.v1.LoadBalancer;
import io.weft.api.v1.Locality;
import io.weft.api.v1.OutlierDetection;
import io.weft.api.v1.Retry;
import io.weft.api.v1.Source;
import io.weft.api.v1.TcpProbe;
import io.weft.api.v1.Telemetry;
import io.weft.api.v1.Timeout;
import io.weft.control.document.Document;
import io.weft.control.document.Fields;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What stands under {@code conf} of what callers enforce but Route, as agents are sent it. */
final class PolicyParts {

  private static final Duration BACKOFF_BASE = Duration.ofMillis(25);
  private static final BigDecimal BUDGET_PERCENT = BigDecimal.valueOf(20);
  private static final int BUDGET_PER_SECOND = 3;
  private static final Duration BACKOFF_MAX = Duration.ofMillis(250);
  private static final BigDecimal MILLI = BigDecimal.valueOf(1_000);
  static final BigDecimal ALL = BigDecimal.valueOf(100);
  private static final BigDecimal SLOW_START_LEAST = BigDecimal.TEN;
  private static final BigDecimal PANIC_THRESHOLD = BigDecimal.valueOf(50);
  private static final BigDecimal FAILURE_RATE = BigDecimal.valueOf(50);
  private static final BigDecimal SLOW_CALL_RATE = BigDecimal.valueOf(100);
  private static final int WINDOW_CALLS = 100;
  private static final BigDecimal MAX_EJECTION = BigDecimal.valueOf(50);

  private static final Map<String, Retry.Condition> CONDITIONS =
      Map.of(
          "5xx", Retry.Condition.STATUS_5XX,
          "gateway-error", Retry.Condition.GATEWAY_ERROR,
          "connect-failure", Retry.Condition.CONNECT_FAILURE,
          "refused-stream", Retry.Condition.REFUSED_STREAM,
          "reset-before-request", Retry.Condition.RESET_BEFORE_REQUEST,
          "retriable-status-codes", Retry.Condition.RETRIABLE_STATUS_CODES,
          "grpc-codes", Retry.Condition.GRPC_CODES);

  private PolicyParts() {}

  static Timeout timeout(Fields conf, Source source) {
    return Timeout.newBuilder()
        .setSource(source)
        .setRequestNanos(conf.nanos("request", Duration.ZERO))
        .setPerTryNanos(conf.nanos("perTry", Duration.ZERO))
        .setConnectNanos(conf.nanos("connect", Duration.ZERO))
        .setIdleNanos(conf.nanos("idle", Duration.ZERO))
        .build();
  }

  static Retry retry(Fields conf, Source source) {
    Fields backoff = conf.fields("backoff");
    Fields budget = conf.fields("budget");
    long base = backoff.nanos("base", BACKOFF_BASE);
    Retry.Builder retry =
        Retry.newBuilder()
            .setSource(source)
            .setAttempts(conf.whole("attempts", 1))
            .addAllStatusCodes(conf.wholes("statusCodes"))
            .addAllGrpcCodes(conf.wholes("grpcCodes"))
            .setPerTryTimeoutNanos(conf.nanos("perTryTimeout", Duration.ZERO))
            .setBackoffBaseNanos(base)
            .setBackoffMaxNanos(Math.max(base, backoff.nanos("max", BACKOFF_MAX)))
            .setBudgetMillipercent(millipercent(budget, BUDGET_PERCENT))
            .setBudgetMinPerSecond(budget.whole("minPerSecond", BUDGET_PER_SECOND))
            .setIdempotentOnly(conf.flag("idempotentOnly", true))
            .setHonourRetryAfter(conf.flag("honourRetryAfter", true))
            .setAttemptsIfRetried(conf.whole("attemptsIfRetried", 1));
    if (conf.has("hedge")) {
      Fields hedge = conf.fields("hedge");
      retry.setHedge(
          Hedge.newBuilder()
              .setDelayNanos(hedge.nanos("delay", Duration.ZERO))
              .setDelayPercentile(millipercent(hedge, "percentile", BigDecimal.ZERO))
              .setMax(hedge.whole("max", 1)));
    }
    conf.texts("on").forEach(on -> retry.addOn(Objects.requireNonNull(CONDITIONS.get(on))));
    return retry.build();
  }

  static LoadBalancer loadBalancer(Fields conf, Source source) {
    Fields slowStart = conf.fields("slowStart");
    LoadBalancer.Builder balancer =
        LoadBalancer.newBuilder()
            .setSource(source)
            .setAlgorithm(LoadBalancer.Algorithm.valueOf(conf.text("algorithm")))
            .setSlowStartNanos(slowStart.nanos("window", Duration.ZERO))
            .setPanicMillipercent(millipercent(conf, "panicThreshold", PANIC_THRESHOLD));
    if (conf.has("slowStart")) {
      balancer.setSlowStartMillipercent(
          millipercent(slowStart, "minimumPercent", SLOW_START_LEAST));
    }
    conf.each("hash").forEach(key -> balancer.addHash(hashKey(key)));
    if (conf.has("locality")) {
      Fields locality = conf.fields("locality");
      balancer.setLocality(
          Locality.newBuilder()
              .addAllFailover(locality.texts("failover"))
              .setOverprovisioningPercent(locality.whole("overprovisioningFactor", 140))
              .setOverflowMillipercent(millipercent(locality, "overflowPercent", BigDecimal.ZERO)));
    }
    return balancer.build();
  }

  static CircuitBreaker circuitBreaker(Document document, Source source) {
    Fields conf = document.conf();
    Fields window = conf.fields("window");
    CircuitBreaker.Builder breaker =
        CircuitBreaker.newBuilder()
            .setSource(source)
            .setShadow(document.isShadow())
            .setFailureRateMillipercent(millipercent(conf, "failureRateThreshold", FAILURE_RATE))
            .setSlowCallRateMillipercent(
                millipercent(conf, "slowCallRateThreshold", SLOW_CALL_RATE))
            .setSlowCallNanos(conf.nanos("slowCallDuration", Duration.ofMinutes(1)))
            .setMinimumCalls(conf.whole("minimumCalls", 100))
            .setOpenNanos(conf.nanos("waitDurationInOpenState", Duration.ofMinutes(1)))
            .setHalfOpenCalls(conf.whole("permittedCallsInHalfOpen", 10));
    if (window.has("time")) {
      breaker.setWindowSeconds(
          (int)
              Duration.ofNanos(window.nanos("time", Duration.ZERO))
                  .plusNanos(999_999_999)
                  .toSeconds());
    } else {
      breaker.setWindowCalls(window.whole("calls", WINDOW_CALLS));
    }
    return breaker.build();
  }

  static ConcurrencyLimit concurrencyLimit(Document document, Source source) {
    Fields conf = document.conf();
    Fields adaptive = conf.fields("adaptive");
    int fixed = conf.whole("maxConcurrent", 1);
    return ConcurrencyLimit.newBuilder()
        .setSource(source)
        .setShadow(document.isShadow())
        .setLeast(adaptive.whole("min", fixed))
        .setMost(adaptive.whole("max", fixed))
        .setMaxPending(conf.whole("maxPending", 0))
        .setMaxWaitNanos(conf.nanos("maxWait", Duration.ofSeconds(1)))
        .build();
  }

  static OutlierDetection outlierDetection(Document document, Source source) {
    Fields conf = document.conf();
    OutlierDetection.Builder detection =
        OutlierDetection.newBuilder()
            .setSource(source)
            .setShadow(document.isShadow())
            .setConsecutive5Xx(conf.whole("consecutive5xx", 5))
            .setConsecutiveGatewayErrors(conf.whole("consecutiveGatewayErrors", 0))
            .setConsecutiveLocalOriginFailures(conf.whole("consecutiveLocalOriginFailures", 0))
            .setIntervalNanos(conf.nanos("interval", Duration.ofSeconds(10)))
            .setBaseEjectionNanos(conf.nanos("baseEjectionTime", Duration.ofSeconds(30)))
            .setMaxEjectionMillipercent(millipercent(conf, "maxEjectionPercent", MAX_EJECTION));
    if (conf.has("successRate")) {
      Fields rate = conf.fields("successRate");
      detection
          .getSuccessRateBuilder()
          .setStdevFactorMilli(rate.whole("stdevFactor", 1_900))
          .setMinimumHosts(rate.whole("minimumHosts", 5))
          .setRequestVolume(rate.whole("requestVolume", 100));
    }
    return detection.build();
  }

  static HealthCheck healthCheck(Document document, Source source) {
    Fields conf = document.conf();
    HealthCheck.Builder check =
        HealthCheck.newBuilder()
            .setSource(source)
            .setShadow(document.isShadow())
            .setIntervalNanos(conf.nanos("interval", Duration.ofSeconds(10)))
            .setTimeoutNanos(conf.nanos("timeout", Duration.ofSeconds(1)))
            .setHealthyThreshold(conf.whole("healthyThreshold", 2))
            .setUnhealthyThreshold(conf.whole("unhealthyThreshold", 3));
    if (conf.has("http")) {
      Fields http = conf.fields("http");
      check
          .getHttpBuilder()
          .setPath(http.text("path", "/"))
          .setHost(http.text("host"))
          .addAllExpectedStatuses(http.wholes("expectedStatuses"));
    } else if (conf.has("grpc")) {
      Fields grpc = conf.fields("grpc");
      check.getGrpcBuilder().setService(grpc.text("service")).setHost(grpc.text("host"));
    } else {
      check.setTcp(TcpProbe.getDefaultInstance());
    }
    return check.build();
  }

  static Fault fault(Document document, Source source) {
    Fields conf = document.conf();
    Fields delay = conf.fields("delay");
    Fields abort = conf.fields("abort");
    Fault.Builder fault =
        Fault.newBuilder()
            .setSource(source)
            .setShadow(document.isShadow())
            .addAllMatches(RouteParts.matches(conf));
    if (conf.has("delay")) {
      fault
          .setDelayNanos(delay.nanos("fixed", Duration.ZERO))
          .setDelayMillipercent(millipercent(delay, ALL));
    }
    if (conf.has("abort")) {
      fault
          .setAbortHttpStatus(abort.whole("httpStatus", 0))
          .setAbortGrpcCode(abort.whole("grpcStatus", 0))
          .setAbortMillipercent(millipercent(abort, ALL));
    }
    return fault.build();
  }

  static Telemetry telemetry(Document document, Source source) {
    Fields conf = document.conf();
    Telemetry.Builder telemetry =
        Telemetry.newBuilder().setSource(source).setShadow(document.isShadow());
    if (conf.has("tracing")) {
      telemetry.setSampleMillipercent(millipercent(conf.fields("tracing"), ALL));
    }
    for (Fields each : conf.each("attributes")) {
      telemetry.addAttributes(
          HeaderAttribute.newBuilder()
              .setName(each.text("name"))
              .setHeader(each.text("header").toLowerCase(Locale.ROOT)));
    }
    if (conf.has("accessLog")) {
      Fields log = conf.fields("accessLog");
      telemetry.setAccessLog(
          AccessLog.newBuilder()
              .setMinStatus(log.whole("minStatus", 0))
              .setMinNanos(log.nanos("minDuration", Duration.ZERO))
              .setMillipercent(millipercent(log, ALL)));
    }
    return telemetry.build();
  }

  static Egress egress(Document document, Source source) {
    Fields conf = document.conf();
    Egress.Builder egress =
        Egress.newBuilder()
            .setSource(source)
            .setShadow(document.isShadow())
            .setDeny(conf.text("default").equals("DENY"));
    for (Fields each : conf.each("exceptions")) {
      egress.addExceptions(
          EgressException.newBuilder()
              .addAllHosts(each.texts("hosts"))
              .addAllRanges(each.texts("ranges"))
              .addAllPorts(each.wholes("ports")));
    }
    return egress.build();
  }

  static int millipercent(Fields fields, BigDecimal unwritten) {
    return millipercent(fields, "percent", unwritten);
  }

  private static int millipercent(Fields fields, String name, BigDecimal unwritten) {
    return fields.percent(name, unwritten).multiply(MILLI).intValue();
  }

  private static HashKey hashKey(Fields key) {
    HashKey.Builder built = HashKey.newBuilder();
    switch (key.text("by")) {
      case "header" -> built.setHeader(key.text("name"));
      case "cookie" -> built.setCookie(key.text("name"));
      case "path" -> built.setPath(true);
      default -> built.setSource(true);
    }
    return built.build();
  }
}
