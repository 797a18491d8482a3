package io.weft.core.route;

import io.weft.api.v1.RouteRule;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.Shadow;
import io.weft.api.v1.UrlRewrite;
import io.weft.core.balance.Algorithm;
import io.weft.core.balance.Balancing;
import io.weft.core.balance.Cluster;
import io.weft.core.balance.Locality;
import io.weft.core.breaker.BreakerPolicy;
import io.weft.core.breaker.BreakerRule;
import io.weft.core.breaker.CircuitBreaker;
import io.weft.core.call.HeaderField;
import io.weft.core.config.ServiceKey;
import io.weft.core.config.Source;
import io.weft.core.fault.FaultPolicy;
import io.weft.core.health.HealthPolicy;
import io.weft.core.health.Probe;
import io.weft.core.limit.ConcurrencyLimit;
import io.weft.core.limit.LimitPolicy;
import io.weft.core.limit.LimitRule;
import io.weft.core.outlier.OutlierPolicy;
import io.weft.core.outlier.OutlierPolicy.SuccessRate;
import io.weft.core.retry.Backoff;
import io.weft.core.retry.BudgetLimit;
import io.weft.core.retry.CodeSet;
import io.weft.core.retry.Hedge;
import io.weft.core.retry.RetryCondition;
import io.weft.core.retry.RetryPolicy;
import io.weft.core.route.HashPolicy.HashKey;
import io.weft.core.telemetry.TelemetryPolicy;
import io.weft.core.timeout.TimeoutPolicy;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Makes a route table of what control pushed. */
public final class RouteCompiler {
  private static final int MILLIPERCENT = 100_000;
  private static final int MILLI = 1_000;
  // Nobody waits for a copy, and nobody would notice that it hangs.
  private static final TimeoutPolicy MIRROR_TIMEOUT =
      new TimeoutPolicy(Source.BUILT_IN, 15_000_000_000L, 0, 0, 0);

  private final String zone;
  private final Lasting lasting;

  /**
   * @param zone where this process runs
   */
  public RouteCompiler(String zone, Lasting lasting) {
    this.zone = zone;
    this.lasting = lasting;
  }

  /** Finds what changes by itself and outlives pushes. */
  public interface Lasting {
    /** The endpoints that a backend stands for, to be chosen like that. */
    Cluster cluster(io.weft.api.v1.Backend backend, Balancing balancing);

    /** The breaker before the service. */
    CircuitBreaker breaker(BreakerPolicy policy);

    /** The limit before the service. */
    ConcurrencyLimit limit(LimitPolicy policy);
  }

  /**
   * The table.
   *
   * @throws IllegalArgumentException in one line, if something in it cannot be built
   */
  public RouteTable compile(ServiceConfig config) {
    RouteTable shadow =
        config.getShadowRulesCount() == 0
            ? null
            : new RouteTable(
                Source.of(config.getShadowRoute()), rules(config.getShadowRulesList()));
    boolean shadowed = config.getRulesList().stream().anyMatch(RouteRule::hasShadow);
    return new RouteTable(
        Source.of(config.getRoute()),
        rules(config.getRulesList()),
        shadowed ? config.getRulesList().stream().map(this::shadow).toList() : List.of(),
        shadow);
  }

  private List<Rule> rules(List<RouteRule> rules) {
    return rules.stream().map(this::rule).toList();
  }

  private ShadowPolicies shadow(RouteRule rule) {
    if (!rule.hasShadow()) {
      return ShadowPolicies.NONE;
    }
    Shadow shadow = rule.getShadow();
    Map<Cluster, Cluster> beside = new HashMap<>();
    if (shadow.hasLoadBalancer()) {
      Balancing enforced = balancing(rule);
      Balancing other = balancing(shadow.getLoadBalancer());
      for (io.weft.api.v1.Backend backend : rule.getBackendsList()) {
        beside.put(lasting.cluster(backend, enforced), lasting.cluster(backend, other));
      }
    }
    return new ShadowPolicies(
        shadow.hasTimeout() ? timeout(shadow.getTimeout()) : null,
        shadow.hasRetry() ? retry(shadow.getRetry()) : null,
        Source.of(shadow.getLoadBalancer().getSource()),
        hash(shadow.getLoadBalancer()),
        beside);
  }

  private Balancing balancing(RouteRule rule) {
    return chosen(rule)
        .watching(
            rule.hasOutlierDetection() ? outliers(rule.getOutlierDetection()) : null,
            rule.hasHealthCheck() ? checks(rule.getHealthCheck()) : null);
  }

  private Balancing chosen(RouteRule rule) {
    return rule.hasLoadBalancer() ? balancing(rule.getLoadBalancer()) : Balancing.DEFAULT;
  }

  private Rule rule(RouteRule rule) {
    Balancing balancing = balancing(rule);
    List<Backend> backends = new ArrayList<>(rule.getBackendsCount());
    int total = 0;
    for (io.weft.api.v1.Backend backend : rule.getBackendsList()) {
      backends.add(new Backend(lasting.cluster(backend, balancing), backend.getWeight()));
      total = Math.addExact(total, backend.getWeight());
    }
    return new Rule(
        rule.getName(),
        RequestMatch.of(rule.getMatchesList()),
        List.copyOf(backends),
        total,
        edits(rule.getRequestHeaders()),
        edits(rule.getResponseHeaders()),
        rule.hasUrlRewrite() ? rewrite(rule.getUrlRewrite()) : Rewrite.NONE,
        rule.hasRedirect() ? redirect(rule.getRedirect()) : null,
        rule.hasTimeout() ? timeout(rule.getTimeout()) : TimeoutPolicy.NONE,
        rule.hasRetry() ? retry(rule.getRetry()) : RetryPolicy.BUILT_IN,
        hash(rule.getLoadBalancer()),
        Source.of(rule.getLoadBalancer().getSource()),
        rule.hasFault() ? FaultPolicy.of(rule.getFault()) : FaultPolicy.NONE,
        rule.hasTelemetry() ? TelemetryPolicy.of(rule.getTelemetry()) : TelemetryPolicy.NONE,
        session(rule.getSessionPersistence()),
        rule.getMirrorsList().stream().map(each -> mirror(each, chosen(rule))).toList(),
        Source.of(rule.getOutlierDetection().getSource()),
        Source.of(rule.getHealthCheck().getSource()),
        rule.hasCircuitBreaker() ? breaker(rule.getCircuitBreaker()) : null,
        rule.hasConcurrencyLimit() ? limit(rule.getConcurrencyLimit()) : null);
  }

  private Mirror mirror(io.weft.api.v1.Mirror mirror, Balancing balancing) {
    Cluster cluster = lasting.cluster(mirror.getBackend(), balancing);
    Rule only =
        new Rule(
            "mirror",
            List.of(),
            List.of(new Backend(cluster, 1)),
            1,
            HeaderEdits.NONE,
            HeaderEdits.NONE,
            Rewrite.NONE,
            null,
            MIRROR_TIMEOUT,
            RetryPolicy.BUILT_IN,
            HashPolicy.NONE,
            Source.BUILT_IN,
            FaultPolicy.NONE,
            TelemetryPolicy.NONE,
            SessionPersistence.NONE,
            List.of(),
            Source.BUILT_IN,
            Source.BUILT_IN,
            null,
            null);
    return new Mirror(
        new ServiceKey(mirror.getBackend().getNamespace(), mirror.getBackend().getService()),
        new RouteTable(Source.BUILT_IN, List.of(only)),
        mirror.getMillipercent());
  }

  private static SessionPersistence session(io.weft.api.v1.SessionPersistence session) {
    return new SessionPersistence(
        session.getHeader(), session.getName(), session.getMaxAgeSeconds());
  }

  private static HeaderEdits edits(io.weft.api.v1.HeaderEdits edits) {
    return edits.equals(io.weft.api.v1.HeaderEdits.getDefaultInstance())
        ? HeaderEdits.NONE
        : new HeaderEdits(
            edits.getSetList().stream().map(RouteCompiler::header).toList(),
            edits.getAddList().stream().map(RouteCompiler::header).toList(),
            List.copyOf(edits.getRemoveList()));
  }

  private static HeaderField header(io.weft.api.v1.Header header) {
    return new HeaderField(header.getName(), header.getValue());
  }

  private static Rewrite rewrite(UrlRewrite rewrite) {
    PathChange path =
        switch (rewrite.getPathCase()) {
          case REPLACE_FULL_PATH -> new PathChange.Full(rewrite.getReplaceFullPath());
          case REPLACE_PREFIX_MATCH -> new PathChange.Prefix(rewrite.getReplacePrefixMatch());
          case PATH_NOT_SET -> PathChange.KEEP;
        };
    return new Rewrite(rewrite.getHost(), path);
  }

  private static Redirect redirect(io.weft.api.v1.Redirect redirect) {
    PathChange path =
        switch (redirect.getPathCase()) {
          case REPLACE_FULL_PATH -> new PathChange.Full(redirect.getReplaceFullPath());
          case REPLACE_PREFIX_MATCH -> new PathChange.Prefix(redirect.getReplacePrefixMatch());
          case PATH_NOT_SET -> PathChange.KEEP;
        };
    int status = redirect.getStatusCode() == 0 ? 302 : redirect.getStatusCode();
    return new Redirect(redirect.getScheme(), redirect.getHost(), redirect.getPort(), path, status);
  }

  private static TimeoutPolicy timeout(io.weft.api.v1.Timeout timeout) {
    return new TimeoutPolicy(
        Source.of(timeout.getSource()),
        timeout.getRequestNanos(),
        timeout.getPerTryNanos(),
        timeout.getConnectNanos(),
        timeout.getIdleNanos());
  }

  private static RetryPolicy retry(io.weft.api.v1.Retry retry) {
    Set<RetryCondition> on = EnumSet.noneOf(RetryCondition.class);
    for (io.weft.api.v1.Retry.Condition condition : retry.getOnList()) {
      switch (condition) {
        case STATUS_5XX -> on.add(RetryCondition.STATUS_5XX);
        case GATEWAY_ERROR -> on.add(RetryCondition.GATEWAY_ERROR);
        case CONNECT_FAILURE -> on.add(RetryCondition.CONNECT_FAILURE);
        case REFUSED_STREAM -> on.add(RetryCondition.REFUSED_STREAM);
        case RESET_BEFORE_REQUEST -> on.add(RetryCondition.RESET_BEFORE_REQUEST);
        // What these two mean stands in the sets of codes.
        case RETRIABLE_STATUS_CODES, GRPC_CODES -> {}
        case CONDITION_UNSPECIFIED, UNRECOGNIZED ->
            throw new IllegalArgumentException("a retry condition this agent does not know");
      }
    }
    return new RetryPolicy(
        Source.of(retry.getSource()),
        Math.max(1, retry.getAttempts()),
        on,
        CodeSet.of(retry.getStatusCodesList()),
        CodeSet.of(retry.getGrpcCodesList()),
        retry.getPerTryTimeoutNanos(),
        new Backoff(retry.getBackoffBaseNanos(), retry.getBackoffMaxNanos()),
        budget(retry),
        retry.getIdempotentOnly(),
        retry.getHonourRetryAfter(),
        retry.getAttemptsIfRetried() == 0
            ? Math.max(1, retry.getAttempts())
            : retry.getAttemptsIfRetried(),
        retry.hasHedge() ? Hedge.of(retry.getHedge()) : Hedge.NONE);
  }

  private Balancing balancing(io.weft.api.v1.LoadBalancer balancer) {
    return new Balancing(
        switch (balancer.getAlgorithm()) {
          case LEAST_REQUEST -> Algorithm.LEAST_REQUEST;
          case ROUND_ROBIN -> Algorithm.ROUND_ROBIN;
          case RANDOM -> Algorithm.RANDOM;
          case PEAK_EWMA -> Algorithm.PEAK_EWMA;
          case RING_HASH -> Algorithm.RING_HASH;
          case MAGLEV -> Algorithm.MAGLEV;
          case UNRECOGNIZED ->
              throw new IllegalArgumentException("a load balancer this agent does not know");
        },
        balancer.getSlowStartNanos(),
        (double) balancer.getSlowStartMillipercent() / MILLIPERCENT,
        (double) balancer.getPanicMillipercent() / MILLI,
        balancer.hasLocality() ? locality(balancer.getLocality()) : null,
        null,
        null);
  }

  private Locality locality(io.weft.api.v1.Locality locality) {
    if (locality.getOverprovisioningPercent() < 100) {
      throw new IllegalArgumentException("a locality that gives calls to nobody");
    }
    return new Locality(
        zone,
        locality.getFailoverList(),
        locality.getOverprovisioningPercent() / 100.0,
        (double) locality.getOverflowMillipercent() / MILLIPERCENT);
  }

  private static OutlierPolicy outliers(io.weft.api.v1.OutlierDetection detection) {
    if (detection.getIntervalNanos() <= 0 || detection.getBaseEjectionNanos() <= 0) {
      throw new IllegalArgumentException("an outlier detection without times");
    }
    return new OutlierPolicy(
        Source.of(detection.getSource()).toString(),
        detection.getShadow(),
        detection.getConsecutive5Xx(),
        detection.getConsecutiveGatewayErrors(),
        detection.getConsecutiveLocalOriginFailures(),
        detection.hasSuccessRate()
            ? new SuccessRate(
                (double) detection.getSuccessRate().getStdevFactorMilli() / MILLI,
                detection.getSuccessRate().getMinimumHosts(),
                detection.getSuccessRate().getRequestVolume())
            : null,
        detection.getIntervalNanos(),
        detection.getBaseEjectionNanos(),
        (double) detection.getMaxEjectionMillipercent() / MILLI);
  }

  static HealthPolicy checks(io.weft.api.v1.HealthCheck check) {
    if (check.getIntervalNanos() <= 0 || check.getTimeoutNanos() <= 0) {
      throw new IllegalArgumentException("a health check without times");
    }
    return new HealthPolicy(
        Source.of(check.getSource()).toString(),
        check.getShadow(),
        switch (check.getProbeCase()) {
          case HTTP ->
              new Probe.Http(
                  check.getHttp().getPath(),
                  check.getHttp().getHost(),
                  Set.copyOf(check.getHttp().getExpectedStatusesList()));
          case GRPC -> new Probe.Grpc(check.getGrpc().getService(), check.getGrpc().getHost());
          case TCP -> new Probe.Tcp();
          case PROBE_NOT_SET ->
              throw new IllegalArgumentException("a health check this agent does not know");
        },
        check.getIntervalNanos(),
        check.getTimeoutNanos(),
        Math.max(1, check.getHealthyThreshold()),
        Math.max(1, check.getUnhealthyThreshold()));
  }

  private BreakerRule breaker(io.weft.api.v1.CircuitBreaker breaker) {
    if (breaker.getWindowCalls() < 2 && breaker.getWindowSeconds() < 2) {
      throw new IllegalArgumentException("a breaker without a window");
    }
    Source source = Source.of(breaker.getSource());
    BreakerPolicy policy =
        new BreakerPolicy(
            source.toString(),
            (double) breaker.getFailureRateMillipercent() / MILLI,
            (double) breaker.getSlowCallRateMillipercent() / MILLI,
            breaker.getSlowCallNanos(),
            breaker.getWindowCalls(),
            breaker.getWindowSeconds(),
            breaker.getMinimumCalls(),
            breaker.getOpenNanos(),
            breaker.getHalfOpenCalls());
    return new BreakerRule(source, breaker.getShadow(), lasting.breaker(policy));
  }

  private LimitRule limit(io.weft.api.v1.ConcurrencyLimit limit) {
    if (limit.getLeast() < 1 || limit.getMost() < limit.getLeast()) {
      throw new IllegalArgumentException("a limit that lets no call through");
    }
    Source source = Source.of(limit.getSource());
    LimitPolicy policy =
        new LimitPolicy(
            source.toString(),
            limit.getLeast(),
            limit.getMost(),
            limit.getMaxPending(),
            limit.getMaxWaitNanos());
    return new LimitRule(source, limit.getShadow(), lasting.limit(policy));
  }

  private static HashPolicy hash(io.weft.api.v1.LoadBalancer balancer) {
    return balancer.getHashCount() == 0
        ? HashPolicy.NONE
        : new HashPolicy(balancer.getHashList().stream().map(RouteCompiler::hashKey).toList());
  }

  private static HashKey hashKey(io.weft.api.v1.HashKey key) {
    return switch (key.getKeyCase()) {
      case HEADER -> new HashKey.Header(key.getHeader().toLowerCase(Locale.ROOT));
      case COOKIE -> new HashKey.Cookie(key.getCookie());
      case PATH -> new HashKey.Path();
      case SOURCE -> new HashKey.Source();
      case KEY_NOT_SET ->
          throw new IllegalArgumentException("something to hash by that this agent does not know");
    };
  }

  private static BudgetLimit budget(io.weft.api.v1.Retry retry) {
    return new BudgetLimit(
        (double) retry.getBudgetMillipercent() / MILLIPERCENT, retry.getBudgetMinPerSecond());
  }
}
