package io.weft.core.call;

import io.weft.core.Mesh;
import io.weft.core.balance.Cluster;
import io.weft.core.config.Destination;
import io.weft.core.config.Source;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.retry.RetryCondition;
import io.weft.core.retry.RetryPolicy;
import io.weft.core.route.Backend;
import io.weft.core.route.Redirect;
import io.weft.core.route.RouteTable;
import io.weft.core.route.Rule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call of the application through the mesh: the machine that decides, and the record of what it
 * decided.
 *
 * <p>It has no socket, thread or clock. A driver hands it events, each with the time on the clock
 * of {@link System#nanoTime}, and carries out the {@link Effects} it asks for. Guarantees:
 *
 * <ul>
 *   <li>at most one attempt is in flight, and at most as many are made as the retry policy allows;
 *   <li>exactly one of commit, answer and rethrow is asked for, unless the application cancels
 *       first;
 *   <li>each attempt that was started is ended once, and what it took is given back;
 *   <li>events of attempts that are over are ignored.
 * </ul>
 *
 * <p>Not thread-safe: a driver hands over one event at a time.
 */
public final class OutboundCall implements Cluster.Tried {
  private static final long CONFIG_WAIT = 1_000_000_000L;
  private static final List<HeaderField> NO_HEADERS = List.of();

  private enum State {
    NEW,
    PARKED,
    TRYING,
    PAUSED,
    COMMITTED,
    OVER
  }

  private final Mesh mesh;
  private final OutboundRequest request;
  private final long id;
  private Destination destination;
  private State state = State.NEW;
  private @Nullable Rule rule;
  private @Nullable Source route;
  private int prefixLength;
  private @Nullable Cluster cluster;
  private @Nullable Attempt attempt;
  private int attempts;
  private long startNanos;
  private long endNanos;
  private long deadline;
  private boolean bounded;
  private long parkedUntil;
  private long configSeen;
  private @Nullable MeshAnswer answer;
  private boolean cancelled;
  private @Nullable Object observation;

  /** For {@link Mesh#call}. */
  public OutboundCall(Mesh mesh, long id, Destination destination, OutboundRequest request) {
    this.mesh = mesh;
    this.id = id;
    this.destination = destination;
    this.request = request;
  }

  // Events

  /** The application wants its answer. The first event, once. */
  public void start(long now, Effects effects) {
    startNanos = now;
    bounded = mesh.deadlines().hasDeadline();
    deadline = bounded ? mesh.deadlines().deadlineNanos() : 0;
    if (destination.routes() == null) {
      configSeen = mesh.configGeneration();
      destination = mesh.refresh(destination);
    }
    if (destination.routes() == null) {
      park(now, effects);
    } else {
      route(now, effects);
    }
  }

  /** The config of the destination may have come, or the time to wait for it is over. */
  public void wake(long now, Effects effects) {
    if (state != State.PARKED) {
      return;
    }
    configSeen = mesh.configGeneration();
    destination = mesh.refresh(destination);
    if (destination.routes() != null) {
      route(now, effects);
    } else if (now - parkedUntil >= 0) {
      answer(
          unavailable("no config of " + destination.service() + " has come from control yet"),
          now,
          effects);
    } else {
      effects.park(parkedUntil);
    }
  }

  /** Some of this attempt's request may have left. */
  public void sent(Attempt of) {
    if (of == attempt && !of.isOver()) {
      of.markSent();
    }
  }

  /** The head of this attempt's answer came. */
  public void head(Attempt of, ResponseHead head, long now, Effects effects) {
    if (of != attempt || of.isOver() || state != State.TRYING) {
      return;
    }
    of.answered(head);
    of.endpoint().load().connected();
    effects.disarm(Timer.PER_TRY);
    RetryPolicy policy = rule().retry();
    boolean worthAnother =
        request.protocol() == Protocol.GRPC
            ? head.grpcCode() > 0 && policy.retriesGrpcCode(head.grpcCode())
            : policy.retriesStatus(head.status());
    if (worthAnother && retry(of, retryAfter(policy, head), now, effects)) {
      effects.cancel(of);
      return;
    }
    state = State.COMMITTED;
    if (isStream(head)) {
      effects.disarm(Timer.REQUEST);
      armIdle(now, effects);
    }
    effects.commit(of);
  }

  /** Something of a committed answer arrived, so that its stream is not idle. */
  public void progress(Attempt of, long now, Effects effects) {
    if (of == attempt && state == State.COMMITTED) {
      armIdle(now, effects);
    }
  }

  /** This attempt has no answer, or its answer broke off. */
  public void failed(Attempt of, Failure why, long now, Effects effects) {
    if (of != attempt || of.isOver()) {
      return;
    }
    of.failed(why);
    if (state == State.COMMITTED) {
      // The library's own exception tells the application.
      finish(now, effects);
      return;
    }
    if (state != State.TRYING) {
      return;
    }
    effects.disarm(Timer.PER_TRY);
    if (why == Failure.TIMEOUT && timeIsUp(of, now, effects)) {
      return;
    }
    if (why == Failure.CONNECT) {
      of.endpoint().load().connectFailed(now);
    }
    if (worthAnother(why) && retry(of, 0, now, effects)) {
      return;
    }
    finish(now, effects);
    effects.rethrow(of);
  }

  /** The committed answer reached its end, or the application closed it. */
  public void end(Attempt of, long now, Effects effects) {
    if (of == attempt && !of.isOver()) {
      finish(now, effects);
    }
  }

  /** As {@link #end}, with the code of a gRPC call. */
  public void end(Attempt of, int grpcCode, long now, Effects effects) {
    if (of == attempt && !of.isOver()) {
      of.outcome(grpcCode);
      finish(now, effects);
    }
  }

  /** The application wants no answer any more. */
  public void cancelled(long now, Effects effects) {
    if (state == State.OVER) {
      return;
    }
    cancelled = true;
    giveUp(effects);
    finish(now, effects);
  }

  /** An alarm rang. */
  public void timer(Timer timer, long now, Effects effects) {
    switch (timer) {
      case BACKOFF -> {
        if (state == State.PAUSED) {
          tryOnce(now, effects);
        }
      }
      case PER_TRY -> {
        if (state == State.TRYING) {
          perTryTimedOut(now, effects);
        }
      }
      case REQUEST -> requestTimedOut(now, effects);
      case IDLE -> {
        if (state == State.COMMITTED) {
          giveUp(effects);
          finish(now, effects);
        }
      }
    }
  }

  // Decisions

  private void park(long now, Effects effects) {
    state = State.PARKED;
    parkedUntil = now + CONFIG_WAIT;
    if (bounded && deadline - parkedUntil < 0) {
      parkedUntil = deadline;
    }
    mesh.subscribe(destination.service());
    effects.park(parkedUntil);
  }

  private void route(long now, Effects effects) {
    RouteTable routes = destination.routes();
    if (routes == null) {
      throw new IllegalStateException("not routed without a config");
    }
    route = routes.source();
    destination.budget().called(now);
    long found = routes.find(request);
    if (found < 0) {
      answer(
          new MeshAnswer(404, Codes.UNIMPLEMENTED, route + " no rule for this request", NO_HEADERS),
          now,
          effects);
      return;
    }
    Rule chosen = routes.rule(RouteTable.index(found));
    rule = chosen;
    prefixLength = RouteTable.prefix(found);
    mesh.observer().callStarted(this);
    Redirect redirect = chosen.redirect();
    if (redirect != null) {
      String location = redirect.location(request.authority(), request.target(), prefixLength);
      answer(
          new MeshAnswer(
              redirect.status(),
              Codes.UNIMPLEMENTED,
              route + " redirect",
              List.of(new HeaderField("location", location))),
          now,
          effects);
      return;
    }
    bound(chosen.timeout().request(), now);
    if (bounded && deadline - now <= 0) {
      answer(timedOut("no time was left"), now, effects);
      return;
    }
    Backend backend = chosen.draw(mesh.chance());
    if (backend == null) {
      answer(unavailable(route + " no backend has a weight"), now, effects);
      return;
    }
    cluster = backend.cluster();
    if (bounded) {
      effects.arm(Timer.REQUEST, deadline);
    }
    tryOnce(now, effects);
  }

  private void bound(long limit, long now) {
    if (limit > 0 && (!bounded || deadline - now > limit)) {
      deadline = now + limit;
      bounded = true;
    }
  }

  private void tryOnce(long now, Effects effects) {
    Endpoint endpoint = destination.pinned();
    if (endpoint == null) {
      endpoint = cluster().choose(rule().algorithm(), this, now, mesh.chance());
    }
    if (endpoint == null) {
      answer(unavailable("mesh no endpoint for " + cluster().name()), now, effects);
      return;
    }
    endpoint.load().begin();
    attempts++;
    Attempt next = new Attempt(this, attempts, endpoint, now, attempt);
    attempt = next;
    state = State.TRYING;
    mesh.observer().attemptStarted(next);
    effects.start(next);
    long perTry = perTryTimeoutNanos();
    if (perTry > 0 && (!bounded || deadline - now > perTry)) {
      effects.arm(Timer.PER_TRY, now + perTry);
    }
  }

  // A library that was given our limit may notice before our alarm rings.
  private boolean timeIsUp(Attempt of, long now, Effects effects) {
    if (bounded && deadline - now <= 0) {
      requestTimedOut(now, effects);
      return true;
    }
    long perTry = perTryTimeoutNanos();
    if (perTry > 0 && now - of.startNanos() >= perTry) {
      perTryTimedOut(now, effects);
      return true;
    }
    return false;
  }

  private boolean worthAnother(Failure why) {
    RetryPolicy policy = rule().retry();
    return switch (why) {
      case CONNECT ->
          policy.on().contains(RetryCondition.CONNECT_FAILURE)
              || policy.on().contains(RetryCondition.STATUS_5XX)
              || policy.on().contains(RetryCondition.GATEWAY_ERROR);
      case REFUSED_STREAM ->
          policy.on().contains(RetryCondition.REFUSED_STREAM)
              || policy.on().contains(RetryCondition.STATUS_5XX);
      case RESET_BEFORE_REQUEST ->
          policy.on().contains(RetryCondition.RESET_BEFORE_REQUEST)
              || policy.on().contains(RetryCondition.STATUS_5XX);
      // Envoy's 5xx takes in an upstream that does not answer at all.
      case RESET -> policy.on().contains(RetryCondition.STATUS_5XX);
      case TIMEOUT, APPLICATION -> false;
    };
  }

  /** Goes on to another attempt if it may; then this one is over. */
  private boolean retry(Attempt of, long retryAfter, long now, Effects effects) {
    RetryPolicy policy = rule().retry();
    if (attempts >= policy.attempts()
        || !request.replayable()
        || (of.sent() && policy.idempotentOnly() && !request.idempotent())
        || (!policy.source().isDocument() && !hasFreshEndpoint(now))) {
      return false;
    }
    long pause = Math.max(retryAfter, policy.backoff().beforeRetry(attempts, mesh.chance()));
    if ((bounded && deadline - now <= pause)
        || !destination.budget().tryRetry(policy.budget(), now)) {
      return false;
    }
    over(of, now);
    if (pause == 0) {
      tryOnce(now, effects);
    } else {
      state = State.PAUSED;
      effects.arm(Timer.BACKOFF, now + pause);
    }
    return true;
  }

  private boolean hasFreshEndpoint(long now) {
    return destination.pinned() == null && cluster().hasFresh(this, now);
  }

  private static long retryAfter(RetryPolicy policy, ResponseHead head) {
    return policy.honourRetryAfter() ? RetryAfter.nanos(head.header("retry-after")) : 0;
  }

  private void perTryTimedOut(long now, Effects effects) {
    Attempt of = current();
    of.markSent();
    RetryPolicy policy = rule().retry();
    boolean worthAnother =
        request.protocol() == Protocol.GRPC
            ? policy.retriesGrpcCode(Codes.DEADLINE_EXCEEDED)
            : policy.retriesStatus(504);
    effects.cancel(of);
    if (worthAnother && retry(of, 0, now, effects)) {
      return;
    }
    answer(timedOut("no answer to an attempt in time"), now, effects);
  }

  private void requestTimedOut(long now, Effects effects) {
    switch (state) {
      case TRYING, PAUSED -> {
        giveUp(effects);
        answer(timedOut("no answer in time"), now, effects);
      }
      case COMMITTED -> {
        giveUp(effects);
        finish(now, effects);
      }
      default -> {}
    }
  }

  private void giveUp(Effects effects) {
    Attempt of = attempt;
    if (of != null && !of.isOver()) {
      effects.cancel(of);
    }
  }

  private void answer(MeshAnswer given, long now, Effects effects) {
    answer = given;
    finish(now, effects);
    effects.answer(given);
  }

  private void finish(long now, Effects effects) {
    Attempt of = attempt;
    if (of != null) {
      over(of, now);
    }
    if (state == State.TRYING || state == State.COMMITTED) {
      effects.disarm(Timer.PER_TRY);
    }
    if (bounded) {
      effects.disarm(Timer.REQUEST);
    }
    if (state == State.PAUSED) {
      effects.disarm(Timer.BACKOFF);
    }
    if (state == State.COMMITTED && rule().timeout().idle() > 0) {
      effects.disarm(Timer.IDLE);
    }
    state = State.OVER;
    endNanos = now;
    mesh.observer().callEnded(this);
  }

  private void over(Attempt of, long now) {
    if (of.finish(now)) {
      mesh.observer().attemptEnded(of);
    }
  }

  private void armIdle(long now, Effects effects) {
    long idle = rule().timeout().idle();
    if (idle > 0) {
      effects.arm(Timer.IDLE, now + idle);
    }
  }

  private boolean isStream(ResponseHead head) {
    return (request.protocol() == Protocol.GRPC && head.grpcCode() < 0)
        || head.status() == 101
        || head.header("content-type").startsWith("text/event-stream");
  }

  private MeshAnswer timedOut(String what) {
    Source source = rule().timeout().source();
    return new MeshAnswer(504, Codes.DEADLINE_EXCEEDED, source + " " + what, NO_HEADERS);
  }

  private static MeshAnswer unavailable(String reason) {
    return new MeshAnswer(503, Codes.UNAVAILABLE, reason, NO_HEADERS);
  }

  // The record

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

  /** The newest attempt; null if none was started. */
  public @Nullable Attempt lastAttempt() {
    return attempt;
  }

  /** The mesh's own answer; null if there was none. */
  public @Nullable MeshAnswer answer() {
    return answer;
  }

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

  /** The state of the config, as {@link Mesh#configGeneration} counts, in which it was parked. */
  long configSeen() {
    return configSeen;
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

  private Cluster cluster() {
    if (cluster == null) {
      throw new IllegalStateException("not routed");
    }
    return cluster;
  }

  private Attempt current() {
    if (attempt == null) {
      throw new IllegalStateException("nothing tried");
    }
    return attempt;
  }
}
