package io.weft.core.telemetry;

import static io.weft.core.telemetry.AttributeKeys.DESTINATION;
import static io.weft.core.telemetry.AttributeKeys.ERROR_TYPE;
import static io.weft.core.telemetry.AttributeKeys.HEALTH;
import static io.weft.core.telemetry.AttributeKeys.METHOD;
import static io.weft.core.telemetry.AttributeKeys.MODE;
import static io.weft.core.telemetry.AttributeKeys.PEER;
import static io.weft.core.telemetry.AttributeKeys.POLICY;
import static io.weft.core.telemetry.AttributeKeys.RPC_METHOD;
import static io.weft.core.telemetry.AttributeKeys.RPC_SERVICE;
import static io.weft.core.telemetry.AttributeKeys.RPC_STATUS;
import static io.weft.core.telemetry.AttributeKeys.RPC_SYSTEM;
import static io.weft.core.telemetry.AttributeKeys.SCHEME;
import static io.weft.core.telemetry.AttributeKeys.STATUS;
import static io.weft.core.telemetry.AttributeKeys.VERDICT;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.weft.core.call.Attempt;
import io.weft.core.call.OutboundCall;
import io.weft.core.call.Protocol;
import io.weft.core.call.Verdict;
import io.weft.core.config.ServiceKey;
import io.weft.core.egress.EgressPolicy;
import io.weft.core.fault.InjectedFault;
import io.weft.core.health.HealthChange;
import io.weft.core.inbound.InboundCall;
import io.weft.core.inbound.InboundRequest;
import io.weft.core.inbound.Judgement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Measures calls, by OpenTelemetry's semantic conventions for HTTP and RPC. No path and no endpoint
 * is told apart; the SDK keeps at most 2,000 series of each instrument, and one for the rest.
 * Thread-safe.
 */
final class Metrics {
  // As many as the SDK keeps. Labels of further ones are made each time: strangers make up paths.
  private static final int MOST_SERIES = 2_000;
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

  // Those of the conventions, in seconds.
  private static final List<Double> SECONDS =
      List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);
  private static final List<Double> MILLIS = SECONDS.stream().map(each -> each * 1_000).toList();

  private final Map<Series, Attributes> series = new ConcurrentHashMap<>();
  private final DoubleHistogram httpServer;
  private final DoubleHistogram httpClient;
  private final DoubleHistogram rpcServer;
  private final DoubleHistogram rpcClient;
  private final LongCounter denials;
  private final LongCounter faults;
  private final LongCounter dropped;
  private final LongCounter verdicts;
  private final LongCounter healthChanges;

  Metrics(Meter meter) {
    httpServer = histogram(meter, "http.server.request.duration", "s", SECONDS);
    httpClient = histogram(meter, "http.client.request.duration", "s", SECONDS);
    rpcServer = histogram(meter, "rpc.server.duration", "ms", MILLIS);
    rpcClient = histogram(meter, "rpc.client.duration", "ms", MILLIS);
    denials =
        meter
            .counterBuilder("weft.denials")
            .setUnit("{request}")
            .setDescription("Requests and calls that policies have denied, or would have.")
            .build();
    faults =
        meter
            .counterBuilder("weft.faults")
            .setUnit("{fault}")
            .setDescription("What requests and attempts have suffered on purpose, or would have.")
            .build();
    dropped =
        meter
            .counterBuilder("weft.traces.dropped")
            .setUnit("{trace}")
            .setDescription("Traces that a policy does not keep, or would not.")
            .build();
    verdicts =
        meter
            .counterBuilder("weft.verdicts")
            .setUnit("{verdict}")
            .setDescription("What policies that protect callees have decided, or would have.")
            .build();
    healthChanges =
        meter
            .counterBuilder("weft.health.changes")
            .setUnit("{change}")
            .setDescription("Endpoints that health checks found to be otherwise than before.")
            .build();
  }

  /** A trace that begins here is not kept, or would not be. */
  void dropped(TelemetryPolicy policy) {
    dropped.add(
        1,
        Attributes.of(
            POLICY, policy.source().toString(), MODE, policy.shadow() ? "shadow" : "enforce"));
  }

  private static DoubleHistogram histogram(
      Meter meter, String name, String unit, List<Double> bounds) {
    return meter
        .histogramBuilder(name)
        .setUnit(unit)
        .setExplicitBucketBoundariesAdvice(bounds)
        .build();
  }

  /** A request was served, or denied. */
  void served(InboundCall call, int status, int grpcCode, @Nullable Throwable why) {
    long nanos = System.nanoTime() - call.startNanos();
    InboundRequest request = call.request();
    if (request.protocol() == Protocol.GRPC) {
      rpcServer.record(nanos / 1e6, labels(Series.rpc(null, request.target(), grpcCode)));
    } else {
      String error = why == null ? "" : why.getClass().getName();
      httpServer.record(
          nanos / 1e9,
          labels(Series.http(null, method(request.method()), request.scheme(), status, error)));
    }
    judged(request, call.judgement());
  }

  private void judged(InboundRequest request, Judgement judgement) {
    if (judgement.denial() != null) {
      denied(request, judgement.by(), "enforce");
    }
    for (String by : judgement.shadow()) {
      denied(request, by, "shadow");
    }
    injected(judgement.fault());
  }

  private void injected(@Nullable InjectedFault fault) {
    if (fault != null) {
      faults.add(
          1,
          Attributes.of(
              POLICY, fault.source().toString(), MODE, fault.shadow() ? "shadow" : "enforce"));
    }
  }

  private void denied(InboundRequest request, String by, String mode) {
    int at = by.lastIndexOf('@');
    denials.add(
        1,
        Attributes.of(
            PEER,
            request.peer().proven() ? request.peer().id() : "unknown",
            POLICY,
            at < 0 ? by : by.substring(0, at),
            MODE,
            mode));
  }

  /** A call was denied, or would have been. */
  void denied(EgressPolicy by) {
    denials.add(
        1, Attributes.of(POLICY, by.source().toString(), MODE, by.shadow() ? "shadow" : "enforce"));
  }

  /** A call has ended. */
  void decided(OutboundCall call) {
    for (Verdict verdict : call.verdicts()) {
      verdicts.add(
          1,
          Attributes.of(
              DESTINATION,
              call.destination().service().toString(),
              POLICY,
              verdict.by().toString(),
              MODE,
              verdict.shadow() ? "shadow" : "enforce",
              VERDICT,
              verdict.what()));
    }
  }

  /** An endpoint is healthy again, or is not any more. */
  void healthChanged(HealthChange change) {
    healthChanges.add(
        1,
        Attributes.of(
            DESTINATION,
            change.cluster(),
            POLICY,
            change.document(),
            MODE,
            change.shadow() ? "shadow" : "enforce",
            HEALTH,
            change.healthy() ? "healthy" : "unhealthy"));
  }

  /** An attempt has ended. */
  void attempted(Attempt attempt, long nanos) {
    OutboundCall call = attempt.call();
    Protocol protocol = call.request().protocol();
    Outcome outcome = Outcome.of(attempt, protocol);
    ServiceKey callee = call.destination().service();
    if (protocol == Protocol.GRPC) {
      rpcClient.record(
          nanos / 1e6, labels(Series.rpc(callee, call.request().target(), attempt.grpcCode())));
    } else {
      String error = attempt.isLost() ? "lost" : attempt.status() > 0 ? "" : outcome.cause();
      httpClient.record(
          nanos / 1e9,
          labels(
              Series.http(callee, method(call.request().method()), "", attempt.status(), error)));
    }
    injected(attempt.fault());
  }

  // To make them takes longer than all else of a measurement.
  private Attributes labels(Series of) {
    Attributes known = series.get(of);
    if (known != null) {
      return known;
    }
    Attributes made = of.labels();
    if (series.size() < MOST_SERIES) {
      series.put(of, made);
    }
    return made;
  }

  /**
   * What tells the measurements of an instrument apart.
   *
   * @param callee null of a request that is served
   * @param what the method, or gRPC's path
   * @param scheme of a request that is served
   * @param code the status, or gRPC's code
   */
  private record Series(
      @Nullable ServiceKey callee,
      boolean grpc,
      String what,
      String scheme,
      int code,
      String error) {

    static Series http(
        @Nullable ServiceKey callee, String method, String scheme, int status, String error) {
      return new Series(callee, false, method, scheme, status, error);
    }

    static Series rpc(@Nullable ServiceKey callee, String target, int code) {
      return new Series(callee, true, target, "", code, "");
    }

    Attributes labels() {
      AttributesBuilder labels = Attributes.builder();
      if (callee != null) {
        labels.put(DESTINATION, callee.toString());
      }
      if (grpc) {
        rpc(labels);
      } else {
        http(labels);
      }
      return labels.build();
    }

    private void http(AttributesBuilder labels) {
      labels.put(METHOD, what);
      if (!scheme.isEmpty()) {
        labels.put(SCHEME, scheme);
      }
      if (code > 0) {
        labels.put(STATUS, (long) code);
      }
      if (!error.isEmpty()) {
        labels.put(ERROR_TYPE, error);
      } else if (code >= 500) {
        labels.put(ERROR_TYPE, Integer.toString(code));
      }
    }

    private void rpc(AttributesBuilder labels) {
      labels.put(RPC_SYSTEM, "grpc");
      int slash = what.lastIndexOf('/');
      if (slash > 0) {
        labels.put(RPC_SERVICE, what.substring(1, slash));
        labels.put(RPC_METHOD, what.substring(slash + 1));
      }
      if (code >= 0) {
        labels.put(RPC_STATUS, (long) code);
      }
    }
  }

  // What a stranger makes up is no series of its own.
  private static String method(String method) {
    return METHODS.contains(method) ? method : "_OTHER";
  }
}
