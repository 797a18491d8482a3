package io.weft.control.compile;

import io.weft.api.v1.HashKey;
import io.weft.api.v1.LoadBalancer;
import io.weft.api.v1.Retry;
import io.weft.api.v1.Source;
import io.weft.api.v1.Timeout;
import io.weft.control.document.Fields;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/** What stands under {@code conf} of Timeout, Retry and LoadBalancer, as agents are sent it. */
final class PolicyParts {

  private static final Duration BACKOFF_BASE = Duration.ofMillis(25);
  private static final Duration BACKOFF_MAX = Duration.ofMillis(250);
  private static final BigDecimal MILLI = BigDecimal.valueOf(1_000);
  private static final BigDecimal SLOW_START_LEAST = BigDecimal.TEN;

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
            .setBudgetMillipercent(budget.percent("percent").multiply(MILLI).intValue())
            .setBudgetMinPerSecond(budget.whole("minPerSecond", 0))
            .setIdempotentOnly(conf.flag("idempotentOnly", true))
            .setHonourRetryAfter(conf.flag("honourRetryAfter", true));
    conf.texts("on").forEach(on -> retry.addOn(Objects.requireNonNull(CONDITIONS.get(on))));
    return retry.build();
  }

  static LoadBalancer loadBalancer(Fields conf, Source source) {
    Fields slowStart = conf.fields("slowStart");
    LoadBalancer.Builder balancer =
        LoadBalancer.newBuilder()
            .setSource(source)
            .setAlgorithm(LoadBalancer.Algorithm.valueOf(conf.text("algorithm")))
            .setSlowStartNanos(slowStart.nanos("window", Duration.ZERO));
    if (conf.has("slowStart")) {
      BigDecimal least =
          slowStart.has("minimumPercent") ? slowStart.percent("minimumPercent") : SLOW_START_LEAST;
      balancer.setSlowStartMillipercent(least.multiply(MILLI).intValue());
    }
    conf.each("hash").forEach(key -> balancer.addHash(hashKey(key)));
    return balancer.build();
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
