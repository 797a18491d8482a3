package io.weft.core.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.weft.api.v1.Identity;
import io.weft.core.call.Attempt;
import io.weft.core.call.CallObserver;
import io.weft.core.call.Deadlines;
import io.weft.core.call.HeaderField;
import io.weft.core.call.MeshAnswer;
import io.weft.core.call.OutboundCall;
import io.weft.core.call.Protocol;
import io.weft.core.egress.EgressDenials;
import io.weft.core.egress.EgressPolicy;
import io.weft.core.explain.RecentCalls;
import io.weft.core.health.HealthChange;
import io.weft.core.inbound.AttemptCount;
import io.weft.core.inbound.CallTimeout;
import io.weft.core.inbound.InboundCall;
import io.weft.core.inbound.InboundObserver;
import io.weft.core.inbound.InboundPolicies;
import io.weft.core.lifecycle.Telemetry;
import io.weft.core.link.EdgeStats;
import io.weft.core.log.Log;
import io.weft.core.scope.RequestScope;
import io.weft.core.scope.TraceContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tells of calls by the OpenTelemetry SDK that rides in the agent, steered by the standard OTEL_*
 * names. It is not the application's: an SDK or agent of OpenTelemetry's that the application
 * brings is left alone, and the traceparent it sets on a request goes before ours.
 *
 * <p>Before the SDK is up, traces are carried on without spans of ours.
 */
public final class OtelTelemetry implements Telemetry, CallObserver, InboundObserver {
  private final Edges edges = new Edges();
  private final RecentCalls recent = RecentCalls.ofThisProcess();
  private final AccessLog accessLog = new AccessLog();
  private final ScopeDeadlines deadlines = new ScopeDeadlines();
  private volatile @Nullable Spans spans;
  private volatile @Nullable Metrics metrics;
  private volatile @Nullable OpenTelemetrySdk sdk;

  // Telemetry

  @Override
  public CallObserver calls() {
    return this;
  }

  @Override
  public Deadlines deadlines() {
    return deadlines;
  }

  @Override
  public EdgeStats edges() {
    return edges;
  }

  @Override
  public void start(Identity process) {
    edges.caller(process.getNamespace() + "/" + process.getService());
    AtomicBoolean measures = new AtomicBoolean();
    try {
      OpenTelemetrySdk built =
          AutoConfiguredOpenTelemetrySdk.builder()
              .addPropertiesSupplier(() -> defaults(process))
              .addSamplerCustomizer((sampler, config) -> new PolicySampler(sampler))
              .addMetricExporterCustomizer(
                  (exporter, config) -> {
                    measures.set(true);
                    return new SaidOnceExporter(exporter);
                  })
              .setServiceClassLoader(OtelTelemetry.class.getClassLoader())
              .disableShutdownHook()
              .build()
              .getOpenTelemetrySdk();
      sdk = built;
      spans = new Spans(built.getTracer("io.weft", process.getAgentVersion()));
      // Without an exporter nothing is measured: no request pays for it.
      if (measures.get()) {
        metrics = new Metrics(built.getMeter("io.weft"));
      }
    } catch (RuntimeException | LinkageError e) {
      Log.warn(
          "no traces: OpenTelemetry cannot be set up, see the OTEL_ settings: " + e.getMessage());
    }
  }

  @Override
  public void flush(Duration atMost) {
    OpenTelemetrySdk running = sdk;
    if (running != null) {
      CompletableResultCode.ofAll(
              List.of(
                  running.getSdkTracerProvider().forceFlush(),
                  running.getSdkMeterProvider().forceFlush()))
          .join(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private static Map<String, String> defaults(Identity process) {
    Map<String, String> defaults = new HashMap<>();
    defaults.put("otel.service.name", process.getService());
    defaults.put(
        "otel.resource.attributes",
        "service.namespace=" + process.getNamespace() + ",service.instance.id=" + process.getUid());
    // Most have a collector for traces; few want metrics and logs sent to it unasked, and Jaeger
    // takes neither.
    defaults.put("otel.metrics.exporter", "none");
    defaults.put("otel.logs.exporter", "none");
    defaults.put("otel.exporter.otlp.protocol", "http/protobuf");
    // Those that wait to be sent are alive for each collection of garbage, which copies them: few
    // shall wait, and none for long.
    defaults.put("otel.bsp.max.export.batch.size", "128");
    defaults.put("otel.bsp.schedule.delay", "1000");
    return defaults;
  }

  // CallObserver

  @Override
  public void callStarted(OutboundCall call) {
    TraceContext own =
        TraceContext.parse(
            call.request().header(TraceContext.TRACEPARENT),
            call.request().header(TraceContext.TRACESTATE));
    call.observation(own.exists() ? own : RequestScope.current().trace());
  }

  @Override
  public void attemptStarted(Attempt attempt) {
    OutboundCall call = attempt.call();
    TraceContext trace = parent(call);
    Spans made = spans;
    if (made != null) {
      Span span = made.attempt(attempt, trace);
      attempt.observation(span);
      countIfDropped(Spans.telemetry(call), span, trace);
      if (span.getSpanContext().isValid()) {
        if (!trace.exists()) {
          // The first attempt of a call that belongs to nothing: the others are to be found with
          // it.
          call.observation(Spans.contextOf(span));
        }
        trace = Spans.contextOf(span);
      }
    }
    attempt.propagate(headers(attempt, trace));
  }

  @Override
  public void attemptHeldBack(Attempt attempt) {
    TraceContext trace =
        attempt.observation() instanceof Span span && span.getSpanContext().isValid()
            ? Spans.contextOf(span)
            : parent(attempt.call());
    attempt.propagate(headers(attempt, trace));
  }

  @Override
  public void attemptEnded(Attempt attempt) {
    if (attempt.observation() instanceof Span span) {
      Spans.attempted(attempt, span);
    }
    Metrics measuring = metrics;
    if (measuring != null) {
      measuring.attempted(attempt, attempt.endNanos() - attempt.startNanos());
    }
  }

  @Override
  public void wouldBeDenied(EgressPolicy by, String host) {
    denied(by, host);
    Spans made = spans;
    if (made != null) {
      made.wouldBeDenied(by, host, RequestScope.current().trace());
    }
  }

  private void denied(EgressPolicy by, String host) {
    EgressDenials.ofThisProcess().denied(by.source(), host, by.shadow());
    Metrics measuring = metrics;
    if (measuring != null) {
      measuring.denied(by);
    }
  }

  @Override
  public void callEnded(OutboundCall call) {
    EgressPolicy egress = call.destination().egress();
    if (egress == null) {
      edges.count(call);
    } else {
      denied(egress, call.destination().service().name());
    }
    recent.made(call, parent(call));
    accessLog.called(Spans.telemetry(call), call, parent(call).traceId());
    MeshAnswer answer = call.answer();
    Spans made = spans;
    if (answer != null && call.attempts() == 0 && made != null) {
      made.answered(call, parent(call), answer);
    }
    Metrics measuring = metrics;
    if (measuring != null) {
      measuring.decided(call);
    }
  }

  @Override
  public void healthChanged(HealthChange change) {
    Metrics measuring = metrics;
    if (measuring != null) {
      measuring.healthChanged(change);
    }
  }

  private static TraceContext parent(OutboundCall call) {
    return call.observation() instanceof TraceContext trace ? trace : TraceContext.NONE;
  }

  private static List<HeaderField> headers(Attempt attempt, TraceContext trace) {
    OutboundCall call = attempt.call();
    List<HeaderField> headers = new ArrayList<>(3);
    if (trace.exists()) {
      headers.add(new HeaderField(TraceContext.TRACEPARENT, trace.header()));
      if (!trace.traceState().isEmpty()) {
        headers.add(new HeaderField(TraceContext.TRACESTATE, trace.traceState()));
      }
    }
    if (attempt.chainAttempt() > 1) {
      headers.add(new HeaderField(AttemptCount.HEADER, Integer.toString(attempt.chainAttempt())));
    }
    // gRPC sends its own.
    if (call.isBounded() && call.request().protocol() == Protocol.HTTP) {
      headers.add(
          new HeaderField(
              CallTimeout.HTTP_HEADER,
              CallTimeout.format(call.deadlineNanos() - System.nanoTime())));
    }
    return headers;
  }

  // InboundObserver

  @Override
  public RequestScope started(InboundCall call, RequestScope scope) {
    Spans made = spans;
    if (made == null) {
      return scope;
    }
    Span span = made.serve(call, scope.trace());
    call.observation(span);
    countIfDropped(call.telemetry(), span, scope.trace());
    return span.getSpanContext().isValid() ? scope.withTrace(Spans.contextOf(span)) : scope;
  }

  private void countIfDropped(TelemetryPolicy policy, Span span, TraceContext parent) {
    Metrics measuring = metrics;
    if (measuring != null && Spans.isDropped(policy, span, parent)) {
      measuring.dropped(policy);
    }
  }

  @Override
  public void ended(InboundCall call, int status, int grpcCode, @Nullable Throwable why) {
    if (call.observation() instanceof Span span) {
      Spans.judged(span, call.judgement());
      Spans.served(span, status, grpcCode, why);
    }
    Metrics measuring = metrics;
    if (measuring != null) {
      measuring.served(call, status, grpcCode, why);
    }
    recent.served(call, InboundPolicies.ofThisProcess(), status, grpcCode, why);
    accessLog.served(call.telemetry(), call, status, grpcCode, why);
  }
}
