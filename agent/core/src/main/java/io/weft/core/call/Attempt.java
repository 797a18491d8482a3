package io.weft.core.call;

import io.weft.core.endpoint.Endpoint;
import io.weft.core.external.External;
import io.weft.core.fault.InjectedFault;
import io.weft.core.identity.ClientTls;
import io.weft.core.retry.RetryPolicy;
import io.weft.core.route.Rule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One try of a call: at most one request on the wire. What it says of the request never changes;
 * what became of it is filled in as it goes. Confined to the driver of its call, but for reading
 * once the call is over.
 */
public final class Attempt {
  private final OutboundCall call;
  private final int number;
  private final Endpoint endpoint;
  private final @Nullable ClientTls tls;
  private final long startNanos;
  private final @Nullable Attempt previous;
  private final @Nullable InjectedFault fault;
  private final boolean hedge;
  private List<HeaderField> propagation = List.of();

  private boolean begun;
  private boolean sent;
  private boolean plaintext;
  private boolean over;
  private boolean lost;
  private boolean judged;
  private int status;
  private int grpcCode = -1;
  private @Nullable Failure failure;
  private long endNanos;
  private @Nullable Object observation;
  private @Nullable Permit permit;

  Attempt(
      OutboundCall call,
      int number,
      Endpoint endpoint,
      @Nullable ClientTls tls,
      long startNanos,
      @Nullable Attempt previous,
      @Nullable InjectedFault fault,
      boolean hedge) {
    this.call = call;
    this.number = number;
    this.endpoint = endpoint;
    this.tls = tls;
    this.startNanos = startNanos;
    this.previous = previous;
    this.fault = fault;
    this.hedge = hedge;
  }

  /** The call it belongs to. */
  public OutboundCall call() {
    return call;
  }

  /** 1 for the first. */
  public int number() {
    return number;
  }

  /**
   * Which try it is of whoever along the chain of calls has tried most often; 1 if neither this
   * call nor one that led to it may have shown a callee the same before.
   */
  public int chainAttempt() {
    int shown = 1;
    for (Attempt of = previous; of != null; of = of.previous) {
      // How far one in flight has come is not known, and not known counts as sent.
      shown += of.sent || !of.over ? 1 : 0;
    }
    return Math.max(call.cause, shown);
  }

  /** The attempt before it; null for the first. */
  public @Nullable Attempt previous() {
    return previous;
  }

  /** Where to connect. */
  public Endpoint endpoint() {
    return endpoint;
  }

  /**
   * The TLS to speak with the endpoint in the application's place; null for plaintext or, where
   * {@link Endpoint#tls} says so, the application's own.
   */
  public @Nullable ClientTls tls() {
    return tls;
  }

  /**
   * Whether it goes over the mesh's mutual TLS. A transport that knows no way to speak it says so
   * once it has a connection.
   */
  public boolean isEncrypted() {
    return tls != null && tls.isMutual() && !plaintext;
  }

  /**
   * The Host or :authority to send: the application's, unless the route rewrites it, or it is a
   * name that a host outside the mesh does not know.
   */
  public String authority() {
    External external = endpoint.external();
    return external == null || !call.rule().rewrite().host().isEmpty()
        ? call.authority()
        : external.authority(call.authority());
  }

  /** The path and query to send: the application's, unless the route rewrites it. */
  public String target() {
    return call.target();
  }

  /** Makes the header changes of the route, then those that carry trace and deadline on. */
  public void editRequest(HeaderEditor editor) {
    Rule rule = call.rule();
    rule.requestHeaders().apply(editor);
    for (int i = 0; i < propagation.size(); i++) {
      editor.set(propagation.get(i).name(), propagation.get(i).value());
    }
  }

  /** Whether {@link #editRequest} changes anything beside setting {@link #propagation}. */
  public boolean editsRequest() {
    return !call.rule().requestHeaders().isEmpty();
  }

  /**
   * Headers that carry trace and deadline on, for a library that can set them without a copy of all
   * others. They are fit to be sent as they are.
   */
  public List<HeaderField> propagation() {
    return propagation;
  }

  /** Makes the route's changes to the headers of the answer. */
  public void editResponse(HeaderEditor editor) {
    call.rule().responseHeaders().apply(editor);
    if (tellsInstance()) {
      call.rule().session().give(editor, endpoint.uid());
    }
  }

  /** Whether {@link #editResponse} changes anything. */
  public boolean editsResponse() {
    return !call.rule().responseHeaders().isEmpty() || tellsInstance();
  }

  // A request that came to the instance it named has nothing to learn.
  private boolean tellsInstance() {
    return call.rule().session().isOn() && !endpoint.uid().equals(call.session);
  }

  /** Nanoseconds that making the connection may take; 0 for as long as the application lets it. */
  public long connectTimeoutNanos() {
    return call.rule().timeout().connect();
  }

  /**
   * Nanoseconds left, on the clock of {@link System#nanoTime}, for it to bring its head; 0 for no
   * limit.
   */
  public long timeLeft(long now) {
    return call.timeLeft(this, now);
  }

  /** Whether it was made beside another that was slow. */
  public boolean isHedge() {
    return hedge;
  }

  /** Whether it was given up as another was sooner with its answer. */
  public boolean isLost() {
    return lost;
  }

  void lose() {
    lost = true;
    sent = true;
  }

  /** What it suffers on purpose, or in shadow mode would; null for nothing. */
  public @Nullable InjectedFault fault() {
    return fault;
  }

  /** When it was started. */
  public long startNanos() {
    return startNanos;
  }

  /** When it ended; only of one that is over. */
  public long endNanos() {
    return endNanos;
  }

  /** Whether some of the request may have left. */
  public boolean sent() {
    return sent;
  }

  /** Whether the head of its answer came. */
  boolean isAnswered() {
    return status != 0 || grpcCode >= 0;
  }

  /** Whether the callee, or the way to it, failed to answer: not if the application did. */
  boolean isUnanswered() {
    return failure != null && failure != Failure.APPLICATION;
  }

  /** Whether it has ended. */
  public boolean isOver() {
    return over;
  }

  /** The HTTP status of its answer; 0 if none came. */
  public int status() {
    return status;
  }

  /** The gRPC code of its answer; -1 if none came. */
  public int grpcCode() {
    return grpcCode;
  }

  /** Why it has no answer; null if it has one, or was cancelled. */
  public @Nullable Failure failure() {
    return failure;
  }

  /** The policy by which it was made, if it is not the first. */
  public RetryPolicy retryPolicy() {
    return call.rule().retry();
  }

  /** A slot for what the observer of calls keeps with an attempt, such as its span. */
  public @Nullable Object observation() {
    return observation;
  }

  /** Fills the observer's slot. */
  public void observation(Object kept) {
    observation = kept;
  }

  /** Headers that carry trace and deadline on; set by the observer when the attempt starts. */
  public void propagate(List<HeaderField> headers) {
    propagation = headers;
  }

  /** When it is to be sent: at once, unless it is held back on purpose. */
  long heldUntil() {
    return fault == null || fault.shadow() ? startNanos : startNanos + fault.delayNanos();
  }

  /** Whether it waits for that time. */
  boolean isHeldBack() {
    return !begun && !over && !isAnswered();
  }

  /** Whether its driver was told to send it: what was not is not to be cancelled either. */
  boolean hasBegun() {
    return begun;
  }

  void begin() {
    begun = true;
  }

  void markSent() {
    sent = true;
  }

  void markPlaintext() {
    plaintext = true;
  }

  void answered(int withStatus, int withGrpcCode) {
    sent = true;
    status = withStatus;
    grpcCode = withGrpcCode;
  }

  void outcome(int code) {
    grpcCode = code;
  }

  void failed(Failure why) {
    failure = why;
    sent |= why.mayHaveBeenSent();
  }

  /** Whether what it tells of its endpoint is still to be told; from now on it is not. */
  boolean judge() {
    boolean first = !judged;
    judged = true;
    return first;
  }

  /** For an attempt under way whose answer may be dropped unread: what gives its place back. */
  Permit permit() {
    Permit made = new Permit(endpoint.load(), call.ticket(), call.slot());
    permit = made;
    return made;
  }

  /** Ends it once, giving back what it took. */
  boolean finish(long now) {
    if (over) {
      return false;
    }
    over = true;
    endNanos = now;
    if (permit == null) {
      endpoint.load().end();
    } else {
      permit.run();
    }
    return true;
  }
}
