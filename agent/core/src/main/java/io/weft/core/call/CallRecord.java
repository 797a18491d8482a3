package io.weft.core.call;

import io.weft.core.balance.Cluster;
import io.weft.core.config.Destination;
import io.weft.core.config.Source;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.route.Rule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call has decided, from which its span, its metrics and its explanation are made. Fixed
 * slots that point at what config holds anyway; filled in by the call as it goes, to be read by
 * whoever the call itself tells, and by anybody once it is over.
 */
public abstract sealed class CallRecord implements Cluster.Tried permits OutboundCall {
  final OutboundRequest request;
  final long id;
  Destination destination;
  @Nullable Rule rule;
  @Nullable Source route;
  @Nullable Attempt attempt;
  @Nullable Attempt committed;
  @Nullable MeshAnswer answer;
  @Nullable ShadowedCall shadowed;
  private @Nullable Object observation;
  private @Nullable List<Verdict> verdicts;
  long startNanos;
  long endNanos;
  long deadline;
  int attempts;
  int prefixLength;
  int cause = 1;
  String session = "";
  boolean bounded;
  boolean cancelled;

  CallRecord(long id, Destination destination, OutboundRequest request) {
    this.id = id;
    this.destination = destination;
    this.request = request;
  }

  /** Its number in this JVM. */
  public long id() {
    return id;
  }

  /** What the application asked for. */
  public OutboundRequest request() {
    return request;
  }

  /** Where it went. */
  public Destination destination() {
    return destination;
  }

  /** The rule it follows; only once it is routed. */
  public Rule rule() {
    if (rule == null) {
      throw new IllegalStateException("not routed");
    }
    return rule;
  }

  /** Whether a rule was found for it. */
  public boolean isRouted() {
    return rule != null;
  }

  /** The Route document behind its rule; the built-in default where there is none. */
  public Source route() {
    return route == null ? Source.BUILT_IN : route;
  }

  /** How many attempts were started. */
  public int attempts() {
    return attempts;
  }

  /** The attempt whose outcome is the call's, else the newest; null if none was started. */
  public @Nullable Attempt lastAttempt() {
    return committed != null ? committed : attempt;
  }

  /** The newest attempt, whether or not its outcome is the call's; null if none was started. */
  public @Nullable Attempt newestAttempt() {
    return attempt;
  }

  /** The mesh's own answer; null if there was none. */
  public @Nullable MeshAnswer answer() {
    return answer;
  }

  /** Whether it has ended. */
  public abstract boolean isOver();

  /** Whether the application gave it up. */
  public boolean isCancelled() {
    return cancelled;
  }

  /** When it began. */
  public long startNanos() {
    return startNanos;
  }

  /** When it ended; only of one that has. */
  public long endNanos() {
    return endNanos;
  }

  /** Whether it must end by {@link #deadlineNanos}. */
  public boolean isBounded() {
    return bounded;
  }

  /** The end of its time: the route's timeout or the deadline it came with, whichever is sooner. */
  public long deadlineNanos() {
    return deadline;
  }

  /** Nanoseconds an attempt may take to the head of its answer; 0 for no limit. */
  public long perTryTimeoutNanos() {
    long ofRetry = rule().retry().perTryTimeout();
    return ofRetry > 0 ? ofRetry : rule().timeout().perTry();
  }

  /** What policies decided beyond what its attempts and its answer show; mostly nothing. */
  public List<Verdict> verdicts() {
    return verdicts == null ? List.of() : verdicts;
  }

  /**
   * @param of the attempt it belongs to; null before the first
   */
  void verdict(Source by, boolean shadow, String what, String detail, @Nullable Attempt of) {
    verdict(new Verdict(by, shadow, what, detail, of == null ? 0 : of.number()));
  }

  void verdict(Verdict verdict) {
    if (verdicts == null) {
      verdicts = new ArrayList<>(1);
    }
    verdicts.add(verdict);
  }

  /** A slot for what the observer keeps with a call, such as its span. */
  public @Nullable Object observation() {
    return observation;
  }

  /** Fills the observer's slot. */
  public void observation(Object kept) {
    observation = kept;
  }

  /** Whether one of its attempts went to this endpoint. */
  @Override
  public boolean contains(Endpoint endpoint) {
    for (Attempt of = attempt; of != null; of = of.previous()) {
      if (of.endpoint().uid().equals(endpoint.uid())) {
        return true;
      }
    }
    return false;
  }

  String authority() {
    return rule().rewrite().authority(request.authority());
  }

  String target() {
    return rule().rewrite().path().apply(request.target(), prefixLength);
  }
}
