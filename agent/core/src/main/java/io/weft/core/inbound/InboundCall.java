package io.weft.core.inbound;

import io.weft.core.call.HeaderField;
import io.weft.core.call.MeshAnswer;
import io.weft.core.fault.InjectedFault;
import io.weft.core.identity.MeshTls;
import io.weft.core.registry.InFlight;
import io.weft.core.scope.RequestScope;
import io.weft.core.scope.TraceContext;
import io.weft.core.telemetry.TelemetryPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One request that this process serves, from its head to the end of its answer. Thread-safe; it
 * counts as in flight until it is ended.
 */
public final class InboundCall {
  /** What the names of the mesh's own headers begin with. */
  private static final String MESH_PREFIX = "weft-";

  private final InboundRequest request;
  private final InboundObserver observer;
  private final TelemetryPolicy telemetry = InboundPolicies.ofThisProcess().telemetry();
  private final long startNanos;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile RequestScope scope = RequestScope.NONE;
  private @Nullable Object observation;
  private Judgement judgement = Judgement.ADMITTED;
  private List<HeaderField> added = List.of();

  private InboundCall(InboundRequest request, InboundObserver observer, long startNanos) {
    this.request = request;
    this.observer = observer;
    this.startNanos = startNanos;
  }

  /** A request came. Never throws. */
  public static InboundCall start(InboundRequest request) {
    InboundCall call = new InboundCall(request, InboundObserver.current(), System.nanoTime());
    InFlight.inbound().begin();
    call.scope = call.scopeFromHeaders();
    try {
      call.scope = call.observer.started(call, call.scope);
    } catch (RuntimeException | LinkageError e) {
      // Telemetry's faults are telemetry's own.
    }
    call.judgement = InboundPolicies.ofThisProcess().judge(request);
    // Adapters take away what came before they add.
    call.added = call.headersToAdd();
    return call;
  }

  /** What the policies of the called service made of it. */
  public Judgement judgement() {
    return judgement;
  }

  /** What its work belongs to: to be installed on the thread that serves it. */
  public RequestScope scope() {
    return scope;
  }

  /**
   * The traceparent header the application shall see in place of the one that came; empty for none.
   */
  public String traceparent() {
    TraceContext trace = scope.trace();
    return trace.exists() ? trace.header() : "";
  }

  /**
   * What the mesh answers in the application's place; null if the application is to answer. Settled
   * at its start, and given only once the {@link #delayNanos} are over. An adapter that gives the
   * answer ends the call with the answer's status.
   */
  public @Nullable MeshAnswer denial() {
    InjectedFault fault = injected();
    if (fault == null) {
      return judgement.denial();
    }
    if (fault.delayNanos() > timeLeft()) {
      return fault.late();
    }
    return fault.aborts() ? fault.answer() : null;
  }

  /**
   * For how long it is held back on purpose, before the application sees it or it is answered; 0
   * for not at all. Never longer than its caller waits.
   */
  public long delayNanos() {
    InjectedFault fault = injected();
    return fault == null ? 0 : Math.min(fault.delayNanos(), timeLeft());
  }

  /**
   * Waits for the {@link #delayNanos}: for servers that give each request a thread of the
   * application's, which a slow application would hold as well.
   */
  public void holdBack() {
    long delay = delayNanos();
    if (delay > 0) {
      try {
        TimeUnit.NANOSECONDS.sleep(delay);
      } catch (InterruptedException e) {
        // The application's own to deal with.
        Thread.currentThread().interrupt();
      }
    }
  }

  private @Nullable InjectedFault injected() {
    InjectedFault fault = judgement.fault();
    return fault == null || fault.shadow() ? null : fault;
  }

  // As of its start: what was settled then stays.
  private long timeLeft() {
    return scope.bounded() ? Math.max(0, scope.deadlineNanos() - startNanos) : Long.MAX_VALUE;
  }

  /**
   * Whether the connection should end with this exchange, as a certificate of it is about to end.
   */
  public boolean endsConnection() {
    MeshTls tls = MeshTls.current();
    return tls.outdated(request.peer()) || !tls.disbelief(request.peer()).isEmpty();
  }

  /**
   * Whether a header that came must not be seen by the application: those of the mesh, and those a
   * stranger may not claim.
   */
  public boolean hides(HeaderName name) {
    return name.beginsWith(MESH_PREFIX)
        || isHidden(name)
        || (name.is(ForwardedCertificate.HEADER) && forwarding().hides(request.peer()));
  }

  /** Headers that the application shall see beside those that came, each replacing its like. */
  public List<HeaderField> added() {
    return added;
  }

  private List<HeaderField> headersToAdd() {
    String certificate = forwarding().of(request);
    if (certificate.isEmpty()) {
      return judgement.added();
    }
    List<HeaderField> all = new ArrayList<>(judgement.added());
    all.add(new HeaderField(ForwardedCertificate.HEADER, certificate));
    return all;
  }

  private static ForwardedCertificate forwarding() {
    return InboundPolicies.ofThisProcess().forwardedCertificate();
  }

  private boolean isHidden(HeaderName name) {
    List<String> hidden = judgement.hidden();
    for (int i = 0; i < hidden.size(); i++) {
      if (name.is(hidden.get(i))) {
        return true;
      }
    }
    return false;
  }

  /** Its request. */
  public InboundRequest request() {
    return request;
  }

  /** What is told of it. */
  public TelemetryPolicy telemetry() {
    return telemetry;
  }

  /** When it came, on the clock of {@link System#nanoTime}. */
  public long startNanos() {
    return startNanos;
  }

  /** What the observer keeps with it, such as its span. */
  public @Nullable Object observation() {
    return observation;
  }

  /** Fills the observer's slot. */
  public void observation(Object kept) {
    observation = kept;
  }

  /** It was answered; ends it if it has not ended. Never throws. */
  public void end(int status) {
    end(status, -1, null);
  }

  /** The same for gRPC. */
  public void endGrpc(int code) {
    end(200, code, null);
  }

  /** It broke off, or the application threw; ends it if it has not ended. Never throws. */
  public void fail(Throwable why) {
    end(0, -1, why);
  }

  private void end(int status, int grpcCode, @Nullable Throwable why) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    InFlight.inbound().end();
    try {
      observer.ended(this, status, grpcCode, why);
    } catch (RuntimeException | LinkageError e) {
      // As above.
    }
  }

  private RequestScope scopeFromHeaders() {
    TraceContext trace =
        TraceContext.parse(
            request.header(TraceContext.TRACEPARENT), request.header(TraceContext.TRACESTATE));
    long timeout = CallTimeout.parse(request.header(CallTimeout.header(request.protocol())));
    int attempt = AttemptCount.of(request);
    if (timeout < 0) {
      return trace.exists() || attempt > 1
          ? new RequestScope(trace, false, 0, attempt)
          : RequestScope.NONE;
    }
    return new RequestScope(trace, true, startNanos + timeout, attempt);
  }
}
