package io.weft.it.bench;

import io.weft.api.v1.Backend;
import io.weft.api.v1.CircuitBreaker;
import io.weft.api.v1.ConcurrencyLimit;
import io.weft.api.v1.Endpoint;
import io.weft.api.v1.Endpoints;
import io.weft.api.v1.Fault;
import io.weft.api.v1.HashKey;
import io.weft.api.v1.Header;
import io.weft.api.v1.HeaderEdits;
import io.weft.api.v1.Hedge;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.LoadBalancer;
import io.weft.api.v1.Mirror;
import io.weft.api.v1.NamedMatch;
import io.weft.api.v1.Names;
import io.weft.api.v1.OutlierDetection;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.Retry;
import io.weft.api.v1.RouteMatch;
import io.weft.api.v1.RouteRule;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.ServicePort;
import io.weft.api.v1.SessionPersistence;
import io.weft.api.v1.Source;
import io.weft.api.v1.StringMatch;
import io.weft.api.v1.Timeout;
import io.weft.core.Mesh;
import io.weft.core.call.CallObserver;
import io.weft.core.call.Deadlines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A mesh of 1,000 services, one of which is called: ten instances, and a Route with a header match
 * and a canary, Timeout, Retry and LoadBalancer.
 */
final class BusyMesh {
  private static final int SERVICES = 1_000;
  private static final int INSTANCES = 10;

  private BusyMesh() {}

  static Mesh create() {
    return create(Deadlines.NONE, false, false);
  }

  /** The same with CircuitBreaker, ConcurrencyLimit and OutlierDetection. */
  static Mesh guarded() {
    return create(Deadlines.NONE, true, false);
  }

  /** As above, with all that there is for callers in force, and for a request with a deadline. */
  static Mesh withEveryKind() {
    return create(new InAMinute(), true, true);
  }

  private static Mesh create(Deadlines deadlines, boolean guarded, boolean everyKind) {
    Mesh mesh = new Mesh("default", "", CallObserver.NONE, deadlines, service -> {});
    List<ResourceError> errors =
        mesh.dataPlane()
            .apply(List.of(names(), config(guarded, everyKind), endpoints()), List.of());
    if (!errors.isEmpty()) {
      throw new IllegalStateException(errors.toString());
    }
    return mesh;
  }

  private static Resource names() {
    Names.Builder names = Names.newBuilder();
    for (int i = 0; i < SERVICES; i++) {
      names.addServices(name("service-" + i));
    }
    names.addServices(name("stock"));
    return Resource.newBuilder()
        .setVersion(version(ResourceType.NAMES, ""))
        .setNames(names)
        .build();
  }

  private static ServiceName.Builder name(String service) {
    return ServiceName.newBuilder()
        .setNamespace("default")
        .setName(service)
        .addPorts(ServicePort.newBuilder().setNumber(8080).setProtocol("http"));
  }

  private static Resource config(boolean guarded, boolean everyKind) {
    ServiceConfig.Builder config =
        ServiceConfig.newBuilder()
            .setNamespace("default")
            .setName("stock")
            .setRoute(source("Route"))
            .addRules(
                policies(
                    guarded,
                    everyKind,
                    RouteRule.newBuilder()
                        .setName("testers")
                        .addMatches(
                            RouteMatch.newBuilder()
                                .addHeaders(
                                    NamedMatch.newBuilder()
                                        .setName("x-tester")
                                        .setValue(StringMatch.newBuilder().setValue("yes"))))
                        .addBackends(backend("v2", 1))))
            .addRules(
                policies(
                    guarded,
                    everyKind,
                    RouteRule.newBuilder()
                        .setName("items")
                        .addMatches(
                            RouteMatch.newBuilder()
                                .setPath(
                                    StringMatch.newBuilder()
                                        .setType(StringMatch.Type.PREFIX)
                                        .setValue("/items")))
                        .addBackends(backend("v1", 90))
                        .addBackends(backend("v2", 10))));
    return Resource.newBuilder()
        .setVersion(version(ResourceType.SERVICE_CONFIG, "default/stock"))
        .setServiceConfig(config)
        .build();
  }

  private static RouteRule.Builder policies(
      boolean guarded, boolean everyKind, RouteRule.Builder rule) {
    policies(rule);
    if (guarded) {
      rule.setCircuitBreaker(
              CircuitBreaker.newBuilder()
                  .setSource(source("CircuitBreaker"))
                  .setFailureRateMillipercent(50_000)
                  .setSlowCallRateMillipercent(100_000)
                  .setSlowCallNanos(Duration.ofSeconds(1).toNanos())
                  .setWindowCalls(100)
                  .setMinimumCalls(100)
                  .setOpenNanos(Duration.ofSeconds(10).toNanos())
                  .setHalfOpenCalls(10))
          .setConcurrencyLimit(
              ConcurrencyLimit.newBuilder()
                  .setSource(source("ConcurrencyLimit"))
                  .setLeast(10)
                  .setMost(100)
                  .setMaxPending(10)
                  .setMaxWaitNanos(Duration.ofSeconds(1).toNanos()))
          .setOutlierDetection(
              OutlierDetection.newBuilder()
                  .setSource(source("OutlierDetection"))
                  .setConsecutive5Xx(5)
                  .setSuccessRate(
                      OutlierDetection.SuccessRate.newBuilder()
                          .setStdevFactorMilli(1_900)
                          .setMinimumHosts(5)
                          .setRequestVolume(100))
                  .setIntervalNanos(Duration.ofSeconds(10).toNanos())
                  .setBaseEjectionNanos(Duration.ofSeconds(30).toNanos())
                  .setMaxEjectionMillipercent(50_000));
    }
    if (everyKind) {
      rule.setSessionPersistence(
          SessionPersistence.newBuilder().setHeader(true).setName("x-session"));
      rule.addMirrors(Mirror.newBuilder().setBackend(backend("v2", 1)).setMillipercent(1));
      rule.setRequestHeaders(
          HeaderEdits.newBuilder().addSet(Header.newBuilder().setName("x-a").setValue("b")));
      rule.getTimeoutBuilder().setIdleNanos(Duration.ofSeconds(5).toNanos());
      rule.getRetryBuilder()
          .setHedge(Hedge.newBuilder().setDelayPercentile(95_000).setMax(1))
          .setHonourRetryAfter(true);
      rule.getLoadBalancerBuilder()
          .setAlgorithm(LoadBalancer.Algorithm.PEAK_EWMA)
          .addHash(HashKey.newBuilder().setHeader("x-user"));
      rule.setFault(
          Fault.newBuilder()
              .setSource(source("Fault"))
              .setDelayNanos(1)
              .setDelayMillipercent(1)
              .setAbortHttpStatus(503)
              .setAbortMillipercent(1));
    }
    return rule;
  }

  private static RouteRule.Builder policies(RouteRule.Builder rule) {
    return rule.setTimeout(
            Timeout.newBuilder()
                .setSource(source("Timeout"))
                .setRequestNanos(Duration.ofSeconds(2).toNanos())
                .setConnectNanos(Duration.ofMillis(200).toNanos()))
        .setRetry(
            Retry.newBuilder()
                .setSource(source("Retry"))
                .setAttempts(3)
                .addOn(Retry.Condition.STATUS_5XX)
                .setPerTryTimeoutNanos(Duration.ofMillis(500).toNanos())
                .setBackoffBaseNanos(Duration.ofMillis(25).toNanos())
                .setBackoffMaxNanos(Duration.ofMillis(250).toNanos())
                .setBudgetMillipercent(20_000)
                .setBudgetMinPerSecond(3)
                .setIdempotentOnly(true))
        .setLoadBalancer(
            LoadBalancer.newBuilder()
                .setSource(source("LoadBalancer"))
                .setAlgorithm(LoadBalancer.Algorithm.LEAST_REQUEST));
  }

  private static Backend.Builder backend(String version, int weight) {
    return Backend.newBuilder()
        .setNamespace("default")
        .setService("stock")
        .putLabels("version", version)
        .setWeight(weight);
  }

  private static Resource endpoints() {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < INSTANCES; i++) {
      endpoints.add(
          Endpoint.newBuilder()
              .setUid("instance-" + i)
              .setAddress("10.0.0." + i)
              .addPorts(InstancePort.newBuilder().setNumber(8080).setProtocol("http"))
              .putLabels("version", i < INSTANCES / 2 ? "v1" : "v2")
              .setWeight(1)
              .setState(InstanceState.READY)
              .build());
    }
    return Resource.newBuilder()
        .setVersion(version(ResourceType.ENDPOINTS, "default/stock"))
        .setEndpoints(Endpoints.newBuilder().addAllEndpoints(endpoints))
        .build();
  }

  private static final class InAMinute implements Deadlines {
    @Override
    public boolean hasDeadline() {
      return true;
    }

    @Override
    public long deadlineNanos() {
      return System.nanoTime() + 60_000_000_000L;
    }
  }

  private static Source source(String kind) {
    return Source.newBuilder()
        .setKind(kind)
        .setNamespace("default")
        .setName("stock")
        .setGeneration(1)
        .build();
  }

  private static ResourceVersion version(ResourceType type, String name) {
    return ResourceVersion.newBuilder().setType(type).setName(name).build();
  }
}
