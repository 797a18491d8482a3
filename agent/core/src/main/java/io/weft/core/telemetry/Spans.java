package io.weft.core.telemetry;

import static io.weft.core.telemetry.AttributeKeys.ATTEMPT;
import static io.weft.core.telemetry.AttributeKeys.BALANCER;
import static io.weft.core.telemetry.AttributeKeys.BREAKER;
import static io.weft.core.telemetry.AttributeKeys.CHECKS;
import static io.weft.core.telemetry.AttributeKeys.DENIED_BY;
import static io.weft.core.telemetry.AttributeKeys.DESTINATION;
import static io.weft.core.telemetry.AttributeKeys.DROPPED_BY;
import static io.weft.core.telemetry.AttributeKeys.ENCRYPTED;
import static io.weft.core.telemetry.AttributeKeys.ENDPOINT;
import static io.weft.core.telemetry.AttributeKeys.ERROR_TYPE;
import static io.weft.core.telemetry.AttributeKeys.GENERATION;
import static io.weft.core.telemetry.AttributeKeys.HEDGE;
import static io.weft.core.telemetry.AttributeKeys.INJECTED_ABORT;
import static io.weft.core.telemetry.AttributeKeys.INJECTED_BY;
import static io.weft.core.telemetry.AttributeKeys.INJECTED_DELAY;
import static io.weft.core.telemetry.AttributeKeys.LIMIT;
import static io.weft.core.telemetry.AttributeKeys.LOST;
import static io.weft.core.telemetry.AttributeKeys.METHOD;
import static io.weft.core.telemetry.AttributeKeys.OUTLIERS;
import static io.weft.core.telemetry.AttributeKeys.PEER;
import static io.weft.core.telemetry.AttributeKeys.PEER_ADDRESS;
import static io.weft.core.telemetry.AttributeKeys.PEER_PORT;
import static io.weft.core.telemetry.AttributeKeys.POLICY;
import static io.weft.core.telemetry.AttributeKeys.REASON;
import static io.weft.core.telemetry.AttributeKeys.RESENDS;
import static io.weft.core.telemetry.AttributeKeys.RETRY;
import static io.weft.core.telemetry.AttributeKeys.ROUTE;
import static io.weft.core.telemetry.AttributeKeys.RPC_METHOD;
import static io.weft.core.telemetry.AttributeKeys.RPC_SERVICE;
import static io.weft.core.telemetry.AttributeKeys.RPC_STATUS;
import static io.weft.core.telemetry.AttributeKeys.RPC_SYSTEM;
import static io.weft.core.telemetry.AttributeKeys.RULE;
import static io.weft.core.telemetry.AttributeKeys.SCHEME;
import static io.weft.core.telemetry.AttributeKeys.SERVER_ADDRESS;
import static io.weft.core.telemetry.AttributeKeys.SERVER_PORT;
import static io.weft.core.telemetry.AttributeKeys.STATUS;
import static io.weft.core.telemetry.AttributeKeys.TIMEOUT;
import static io.weft.core.telemetry.AttributeKeys.URL_FULL;
import static io.weft.core.telemetry.AttributeKeys.URL_PATH;
import static io.weft.core.telemetry.AttributeKeys.VERSION;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.weft.core.breaker.BreakerRule;
import io.weft.core.call.Attempt;
import io.weft.core.call.MeshAnswer;
import io.weft.core.call.OutboundCall;
import io.weft.core.call.OutboundRequest;
import io.weft.core.call.Protocol;
import io.weft.core.call.RequestHead;
import io.weft.core.call.Verdict;
import io.weft.core.config.Source;
import io.weft.core.egress.EgressPolicy;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.fault.InjectedFault;
import io.weft.core.inbound.InboundCall;
import io.weft.core.inbound.InboundRequest;
import io.weft.core.inbound.Judgement;
import io.weft.core.limit.LimitRule;
import io.weft.core.scope.TraceContext;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes spans, by OpenTelemetry's semantic conventions for HTTP and RPC: a SERVER span for each
 * request that is served, a CLIENT span for each attempt of a call, and one for a call that was
 * answered without any. Attributes are set once it is known that the span is kept: most are not,
 * and the samplers that there are look at none.
 */
final class Spans {
  // A trace is no place for more.
  private static final int LONGEST_HEADER = 1_024;

  private final Tracer tracer;

  Spans(Tracer tracer) {
    this.tracer = tracer;
  }

  /** A request came. */
  Span serve(InboundCall call, TraceContext parent) {
    InboundRequest request = call.request();
    boolean grpc = request.protocol() == Protocol.GRPC;
    Span span =
        tracer
            .spanBuilder(grpc ? request.target() : request.method())
            .setSpanKind(SpanKind.SERVER)
            .setParent(PolicySampler.under(call.telemetry(), context(parent)))
            .startSpan();
    if (!span.isRecording()) {
      return span;
    }
    headers(span, call.telemetry(), request);
    if (grpc) {
      rpcAttributes(span, request.target());
    } else {
      span.setAttribute(METHOD, request.method());
      span.setAttribute(URL_PATH, path(request.target()));
      span.setAttribute(SCHEME, request.scheme());
    }
    if (!request.peerAddress().isEmpty()) {
      span.setAttribute(PEER_ADDRESS, request.peerAddress());
    }
    if (request.peer().proven()) {
      span.setAttribute(PEER, request.peer().id());
    }
    if (request.localPort() > 0) {
      span.setAttribute(SERVER_PORT, (long) request.localPort());
    }
    return begun(span, call.telemetry(), parent);
  }

  private static void headers(Span span, TelemetryPolicy policy, RequestHead request) {
    if (policy.shadow()) {
      return;
    }
    for (TelemetryPolicy.HeaderAttribute each : policy.attributes()) {
      String value = request.header(each.header());
      if (!value.isEmpty()) {
        span.setAttribute(
            each.name(),
            value.length() > LONGEST_HEADER ? value.substring(0, LONGEST_HEADER) : value);
      }
    }
  }

  private static Span begun(Span span, TelemetryPolicy policy, TraceContext parent) {
    if (policy.shadow() && isDropped(policy, span, parent)) {
      span.addEvent(
          "weft.shadow.dropped", Attributes.of(DROPPED_BY, policy.source().withGeneration()));
    }
    return span;
  }

  /** Whether a policy does not want the trace that begins with a span, or would not. */
  static boolean isDropped(TelemetryPolicy policy, Span span, TraceContext parent) {
    return policy.samples()
        && !parent.exists()
        && span.getSpanContext().isValid()
        && !policy.keeps(span.getSpanContext().getTraceId());
  }

  /** It was answered. */
  static void served(Span span, int status, int grpcCode, @Nullable Throwable why) {
    if (!span.isRecording()) {
      return;
    }
    if (status > 0 && grpcCode < 0) {
      span.setAttribute(STATUS, (long) status);
      if (status >= 500) {
        span.setAttribute(ERROR_TYPE, Integer.toString(status));
        span.setStatus(StatusCode.ERROR);
      }
    }
    if (grpcCode >= 0) {
      span.setAttribute(RPC_STATUS, (long) grpcCode);
      if (Outcome.ofGrpcCode(grpcCode).failed()) {
        span.setStatus(StatusCode.ERROR);
      }
    }
    if (why != null) {
      span.setAttribute(ERROR_TYPE, why.getClass().getName());
      span.setStatus(StatusCode.ERROR);
    }
    span.end();
  }

  /** What the policies of this service made of it. */
  static void judged(Span span, Judgement judgement) {
    if (!span.isRecording()) {
      return;
    }
    MeshAnswer denial = judgement.denial();
    if (denial != null) {
      span.setAttribute(DENIED_BY, judgement.by());
      span.setAttribute(REASON, denial.reason());
    }
    for (String shadow : judgement.shadow()) {
      span.addEvent("weft.shadow.denied", Attributes.of(DENIED_BY, shadow));
    }
    injected(span, judgement.fault());
  }

  /**
   * A call left the mesh that a policy in shadow mode would not let out: of it nothing else tells.
   */
  void wouldBeDenied(EgressPolicy by, String host, TraceContext parent) {
    tracer
        .spanBuilder("egress")
        .setParent(context(parent))
        .setAttribute(SERVER_ADDRESS, host)
        .startSpan()
        .addEvent("weft.shadow.denied", Attributes.of(DENIED_BY, by.source().withGeneration()))
        .end();
  }

  private static void injected(Span span, @Nullable InjectedFault fault) {
    if (fault != null) {
      span.addEvent(
          fault.shadow() ? "weft.shadow.fault" : "weft.fault",
          Attributes.of(
              INJECTED_BY,
              fault.source().withGeneration(),
              INJECTED_DELAY,
              TimeUnit.NANOSECONDS.toMillis(fault.delayNanos()),
              INJECTED_ABORT,
              fault.aborts()));
    }
  }

  /** An attempt begins. */
  Span attempt(Attempt attempt, TraceContext parent) {
    OutboundCall call = attempt.call();
    Endpoint endpoint = attempt.endpoint();
    Span span = call(call, parent);
    if (!span.isRecording()) {
      return span;
    }
    span.setAttribute(PEER_ADDRESS, endpoint.address());
    span.setAttribute(PEER_PORT, (long) endpoint.port());
    span.setAttribute(ENDPOINT, endpoint.uid());
    span.setAttribute(ATTEMPT, (long) attempt.number());
    String version = endpoint.labels().get("version");
    if (version != null) {
      span.setAttribute(VERSION, version);
    }
    if (attempt.isHedge()) {
      span.setAttribute(HEDGE, true);
    }
    if (attempt.number() > 1) {
      span.setAttribute(RESENDS, attempt.number() - 1L);
    }
    return begun(span, telemetry(call), parent);
  }

  /** It ended. */
  static void attempted(Attempt attempt, Span span) {
    if (!span.isRecording()) {
      return;
    }
    OutboundCall call = attempt.call();
    if (attempt.status() > 0 && call.request().protocol() == Protocol.HTTP) {
      span.setAttribute(STATUS, (long) attempt.status());
    }
    if (attempt.grpcCode() >= 0) {
      span.setAttribute(RPC_STATUS, (long) attempt.grpcCode());
    }
    if (attempt.isEncrypted()) {
      span.setAttribute(ENCRYPTED, true);
      span.setAttribute(PEER, attempt.endpoint().principal());
    }
    injected(span, attempt.fault());
    for (Verdict verdict : call.verdicts()) {
      if (Math.max(1, verdict.attempt()) == attempt.number()) {
        decided(span, verdict);
      }
    }
    if (attempt.isLost()) {
      span.setAttribute(LOST, true);
      span.end();
      return;
    }
    Outcome outcome = Outcome.of(attempt, call.request().protocol());
    if (outcome.failed()) {
      span.setAttribute(ERROR_TYPE, outcome.cause());
      span.setStatus(StatusCode.ERROR);
    }
    MeshAnswer answer = call.answer();
    if (answer != null) {
      answered(span, answer);
    } else if (call.isCancelled()) {
      span.setAttribute(ERROR_TYPE, "cancelled");
    }
    span.end();
  }

  /** A call was answered by the mesh without an attempt. */
  void answered(OutboundCall call, TraceContext parent, MeshAnswer answer) {
    Span span = call(call, parent);
    if (!span.isRecording()) {
      return;
    }
    if (call.request().protocol() == Protocol.HTTP) {
      span.setAttribute(STATUS, (long) answer.status());
    } else {
      span.setAttribute(RPC_STATUS, (long) answer.grpcCode());
    }
    EgressPolicy egress = call.destination().egress();
    if (egress != null) {
      span.setAttribute(DENIED_BY, egress.source().withGeneration());
    }
    answered(span, answer);
    call.verdicts().forEach(verdict -> decided(span, verdict));
    span.end();
  }

  private static void decided(Span span, Verdict verdict) {
    span.addEvent(
        (verdict.shadow() ? "weft.shadow." : "weft.") + verdict.what(),
        Attributes.of(POLICY, verdict.by().withGeneration(), REASON, verdict.detail()));
  }

  private static void answered(Span span, MeshAnswer answer) {
    span.setAttribute(REASON, answer.reason());
    if (answer.status() >= 400) {
      span.setAttribute(ERROR_TYPE, "mesh-" + answer.status());
      span.setStatus(StatusCode.ERROR);
    }
  }

  /** The policy of a call; that of none before it is routed. */
  static TelemetryPolicy telemetry(OutboundCall call) {
    return call.isRouted() ? call.rule().telemetry() : TelemetryPolicy.NONE;
  }

  private Span call(OutboundCall call, TraceContext parent) {
    OutboundRequest request = call.request();
    boolean grpc = request.protocol() == Protocol.GRPC;
    Span span =
        tracer
            .spanBuilder(grpc ? request.target() : request.method())
            .setSpanKind(SpanKind.CLIENT)
            .setParent(PolicySampler.under(telemetry(call), context(parent)))
            .startSpan();
    if (!span.isRecording()) {
      return span;
    }
    headers(span, telemetry(call), request);
    if (grpc) {
      rpcAttributes(span, request.target());
    } else {
      span.setAttribute(METHOD, request.method());
      span.setAttribute(URL_FULL, "http://" + request.authority() + path(request.target()));
    }
    span.setAttribute(SERVER_ADDRESS, request.authority());
    span.setAttribute(DESTINATION, call.destination().service().toString());
    if (call.isRouted()) {
      if (!call.rule().name().isEmpty()) {
        span.setAttribute(RULE, call.rule().name());
      }
      long newest = 0;
      newest = Math.max(newest, policy(span, ROUTE, call.route()));
      newest = Math.max(newest, policy(span, RETRY, call.rule().retry().source()));
      newest = Math.max(newest, policy(span, TIMEOUT, call.rule().timeout().source()));
      newest = Math.max(newest, policy(span, BALANCER, call.rule().balancer()));
      newest = Math.max(newest, policy(span, OUTLIERS, call.rule().outliers()));
      newest = Math.max(newest, policy(span, CHECKS, call.rule().checks()));
      BreakerRule breaker = call.rule().breaker();
      if (breaker != null) {
        newest = Math.max(newest, policy(span, BREAKER, breaker.source()));
      }
      LimitRule limit = call.rule().limit();
      if (limit != null) {
        newest = Math.max(newest, policy(span, LIMIT, limit.source()));
      }
      if (newest > 0) {
        span.setAttribute(GENERATION, newest);
      }
    }
    return span;
  }

  private static long policy(Span span, AttributeKey<String> key, Source source) {
    if (source.isDocument()) {
      span.setAttribute(key, source.withGeneration());
    }
    return source.generation();
  }

  private static void rpcAttributes(Span span, String target) {
    // As the conventions have it, which costs a copy: not made for a span that is not kept.
    span.updateName(rpc(target));
    span.setAttribute(RPC_SYSTEM, "grpc");
    int slash = target.lastIndexOf('/');
    if (slash > 0) {
      span.setAttribute(RPC_SERVICE, target.substring(1, slash));
      span.setAttribute(RPC_METHOD, target.substring(slash + 1));
    }
  }

  private static String rpc(String target) {
    return target.startsWith("/") ? target.substring(1) : target;
  }

  // The query may hold what nobody wants to see in a trace.
  private static String path(String target) {
    int question = target.indexOf('?');
    return question < 0 ? target : target.substring(0, question);
  }

  static TraceContext contextOf(Span span) {
    SpanContext context = span.getSpanContext();
    return new TraceContext(
        context.getTraceId(),
        context.getSpanId(),
        context.isSampled(),
        text(context.getTraceState()));
  }

  private static String text(TraceState state) {
    if (state.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    state.forEach(
        (key, value) ->
            text.append(text.length() == 0 ? "" : ",").append(key).append('=').append(value));
    return text.toString();
  }

  private static Context context(TraceContext parent) {
    if (!parent.exists()) {
      return Context.root();
    }
    return Context.root()
        .with(
            Span.wrap(
                SpanContext.createFromRemoteParent(
                    parent.traceId(),
                    parent.spanId(),
                    parent.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                    state(parent.traceState()))));
  }

  // A builder puts each member before those it has.
  private static TraceState state(String header) {
    if (header.isEmpty()) {
      return TraceState.getDefault();
    }
    TraceStateBuilder state = TraceState.builder();
    String[] members = header.split(",");
    for (int i = members.length - 1; i >= 0; i--) {
      int equals = members[i].indexOf('=');
      if (equals > 0) {
        state.put(
            members[i].substring(0, equals).strip(), members[i].substring(equals + 1).strip());
      }
    }
    return state.build();
  }
}
