package io.weft.core.call;

import io.weft.core.Mesh;
import io.weft.core.balance.Cluster;
import io.weft.core.breaker.Admission;
import io.weft.core.breaker.BreakerRule;
import io.weft.core.config.Destination;
import io.weft.core.config.Source;
import io.weft.core.egress.EgressPolicy;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.endpoint.Outcome;
import io.weft.core.fault.InjectedFault;
import io.weft.core.identity.ClientTls;
import io.weft.core.identity.MeshTls;
import io.weft.core.limit.LimitRule;
import io.weft.core.limit.Slot;
import io.weft.core.retry.Hedge;
import io.weft.core.retry.RetryPolicy;
import io.weft.core.route.Backend;
import io.weft.core.route.Mirror;
import io.weft.core.route.Redirect;
import io.weft.core.route.RouteTable;
import io.weft.core.route.Rule;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One call of the application through the mesh: the machine that decides, and the record of what it
 * decided.
 *
 * <p>It has no socket, thread or clock. A driver hands it events, each with the time on the clock
 * of {@link System#nanoTime}, and carries out the {@link Effects} it asks for. Guarantees:
 *
 * <ul>
 *   <li>at most as many attempts are made as the retry policy allows, and at most one is in flight
 *       unless the policy hedges;
 *   <li>exactly one of commit, answer and rethrow is asked for, unless the application cancels
 *       first;
 *   <li>each attempt that was started is ended once, and what it took is given back;
 *   <li>events of attempts that are over are ignored.
 * </ul>
 *
 * <p>Not thread-safe: a driver hands over one event at a time.
 */
public final class OutboundCall extends CallRecord {
  private static final long CONFIG_WAIT = 1_000_000_000L;

  // A server that asks for more is better shown to the application than waited for.
  private static final long LONGEST_PAUSE = 30_000_000_000L;

  private enum State {
    NEW,
    PARKED,
    QUEUED,
    TRYING,
    PAUSED,
    COMMITTED,
    OVER
  }

  private final Mesh mesh;
  private State state = State.NEW;
  private @Nullable Cluster cluster;
  private @Nullable Ticket ticket;
  private @Nullable Slot slot;
  private boolean ownDeadline;
  private int hedges;
  private boolean mirrored;
  private long progressNanos;
  private long parkedUntil;
  private long configSeen;

  /** For {@link Mesh#call}. */
  public OutboundCall(Mesh mesh, long id, Destination destination, OutboundRequest request) {
    super(id, destination, request);
    this.mesh = mesh;
  }

  // Events

  /** The application wants its answer. The first event, once. */
  public void start(long now, Effects effects) {
    startNanos = now;
    bounded = mesh.deadlines().hasDeadline();
    deadline = bounded ? mesh.deadlines().deadlineNanos() : 0;
    cause = mesh.deadlines().attempt();
    mesh.observer().callStarted(this);
    EgressPolicy egress = destination.egress();
    if (egress != null) {
      answer(MeshAnswers.denied(egress.source(), destination.service()), now, effects);
      return;
    }
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

  /** What it waits for may have come, or the time to wait for it is over. */
  public void wake(long now, Effects effects) {
    if (state == State.QUEUED) {
      turn(now, effects);
      return;
    }
    if (state != State.PARKED) {
      return;
    }
    configSeen = mesh.configGeneration();
    destination = mesh.refresh(destination);
    if (destination.routes() != null) {
      route(now, effects);
    } else if (now - parkedUntil >= 0) {
      answer(unavailable(Source.BUILT_IN, destination.awaited()), now, effects);
    } else {
      effects.park(parkedUntil);
    }
  }

  /** Some of this attempt's request may have left. */
  public void sent(Attempt of) {
    if (!of.isOver()) {
      of.markSent();
    }
  }

  /** The head of this attempt's answer came. */
  public void head(Attempt of, ResponseHead head, long now, Effects effects) {
    if (of.isOver() || state != State.TRYING) {
      return;
    }
    of.answered(head.status(), head.grpcCode());
    measure(of, now);
    if (shadowed != null) {
      shadowed.waited(of, now);
    }
    cluster().answered(of.endpoint(), now - of.startNanos(), now);
    LimitRule limit = rule().limit();
    if (limit != null) {
      limit.limit().answered(now - of.startNanos());
    }
    Outcome outcome = outcome(head.status(), head.grpcCode());
    if (outcome != null) {
      judge(of, outcome, now);
    }
    if (isWorthAnother(head.status(), head.grpcCode())
        && (leaveToOthers(of, now, effects)
            || retry(of, RetryAfter.nanos(rule().retry(), head), now, effects))) {
      return;
    }
    if (shadowed != null) {
      shadowed.isContent(of, head.status(), head.grpcCode());
      if (isStream(head)) {
        shadowed.streams(now);
      }
    }
    loseOthers(of, now, effects);
    disarmTries(effects);
    committed = of;
    state = State.COMMITTED;
    if (outcome != null) {
      settle(of, outcome, now);
    } else if (ticket != null) {
      ticket.answered(now - startNanos);
    }
    if (isStream(head)) {
      effects.disarm(Timer.REQUEST);
    }
    progressNanos = now;
    armIdle(effects);
    mirror(effects);
    effects.commit(of);
  }

  /** Some of a committed answer arrived, so that it is not idle. */
  public void progress(Attempt of, long now) {
    if (of == committed && state == State.COMMITTED) {
      progressNanos = now;
    }
  }

  /** This attempt has no answer, or its answer broke off. */
  public void failed(Attempt of, Failure why, long now, Effects effects) {
    if (of.isOver()) {
      return;
    }
    of.failed(why);
    if (why.blamesEndpoint()) {
      judge(of, Outcome.NO_ANSWER, now);
    }
    if (state == State.COMMITTED) {
      // The library's own exception tells the application.
      finish(now, effects);
      return;
    }
    if (state != State.TRYING) {
      return;
    }
    if (shadowed != null) {
      shadowed.waited(of, now);
    }
    if (why == Failure.CONNECT) {
      of.endpoint().load().connectFailed(now);
    }
    if (why != Failure.APPLICATION) {
      cluster().unanswered(of.endpoint(), now - of.startNanos(), now);
    }
    if (why != Failure.APPLICATION && timeIsUp(of, why, now, effects)) {
      return;
    }
    if (why != Failure.APPLICATION && leaveToOthers(of, now, effects)) {
      return;
    }
    if (rule().retry().retries(why) && retry(of, 0, now, effects)) {
      return;
    }
    if (shadowed != null) {
      shadowed.isContent(of, 0, -1);
    }
    loseOthers(of, now, effects);
    committed = of;
    mirror(effects);
    finish(now, effects);
    effects.rethrow(of);
  }

  /** The committed answer reached its end, or the application let it go. */
  public void end(Attempt of, long now, Effects effects) {
    end(of, -1, now, effects);
  }

  /**
   * As above, of a gRPC call.
   *
   * @param grpcCode the code it ended with; -1 for none
   */
  public void end(Attempt of, int grpcCode, long now, Effects effects) {
    if (of == committed && state == State.COMMITTED) {
      if (grpcCode >= 0) {
        of.outcome(grpcCode);
        judge(of, Outcome.ofGrpcCode(grpcCode), now);
        settle(of, Outcome.ofGrpcCode(grpcCode), now);
      }
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
          triesTimedOut(now, effects);
        }
      }
      case REQUEST -> requestTimedOut(now, effects);
      case IDLE -> idled(now, effects);
      case FAULT -> heldBack(now, effects);
      case HEDGE -> hedge(now, effects);
    }
  }

  /** The agent failed while it drove this call. */
  void fault(Throwable fault) {
    mesh.faults().count(fault);
  }

  /** The agent has a fault: nothing is decided any more, and what the call took is given back. */
  void abandon() {
    for (Attempt of = attempt; of != null; of = of.previous()) {
      of.finish(startNanos);
    }
    if (ticket != null) {
      ticket.release();
    }
    if (slot != null) {
      slot.leave();
    }
    state = State.OVER;
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
    shadowed = ShadowedCall.of(this, routes, found);
    if (found < 0) {
      answer(MeshAnswers.noRule(route(), destination.service()), now, effects);
      return;
    }
    Rule chosen = routes.rule(RouteTable.index(found));
    rule = chosen;
    prefixLength = RouteTable.prefix(found);
    Redirect redirect = chosen.redirect();
    if (redirect != null) {
      answer(
          MeshAnswers.redirect(
              route(),
              destination.service(),
              redirect.status(),
              redirect.location(request, prefixLength)),
          now,
          effects);
      return;
    }
    bound(chosen.timeout().request(), now);
    if (bounded && deadline - now <= 0) {
      answer(timedOut(deadlineSource(), "no time was left"), now, effects);
      return;
    }
    session = chosen.session().of(request);
    Backend backend = session.isEmpty() ? null : chosen.backendOf(session);
    if (backend == null) {
      backend = chosen.draw(mesh.chance());
    }
    if (backend == null) {
      answer(unavailable(route(), "no backend has a weight"), now, effects);
      return;
    }
    cluster = backend.cluster();
    if (admitted(now, effects)) {
      enter(now, effects);
    }
  }

  private void goAhead(long now, Effects effects) {
    if (bounded) {
      effects.arm(Timer.REQUEST, deadline);
    }
    tryOnce(now, effects);
  }

  /** What the head of an answer is worth; null where gRPC's trailers are to say. */
  private @Nullable Outcome outcome(int status, int grpcCode) {
    if (request.protocol() == Protocol.HTTP) {
      return Outcome.ofStatus(status);
    }
    return grpcCode < 0 ? null : Outcome.ofGrpcCode(grpcCode);
  }

  private boolean admitted(long now, Effects effects) {
    BreakerRule by = rule().breaker();
    if (by == null) {
      return true;
    }
    Admission admission = by.breaker().admit(now);
    if (admission != null) {
      ticket = new Ticket(admission);
      return true;
    }
    verdict(by.source(), by.shadow(), Verdict.OPEN, "", null);
    if (by.shadow()) {
      return true;
    }
    answer(unavailable(by.source(), "the circuit is open"), now, effects);
    return false;
  }

  private void enter(long now, Effects effects) {
    LimitRule by = rule().limit();
    if (by == null) {
      goAhead(now, effects);
      return;
    }
    Slot taken = by.shadow() ? by.limit().tryEnter() : by.limit().enter();
    slot = taken;
    if (taken == null) {
      verdict(by.source(), by.shadow(), Verdict.FULL, "", null);
    }
    if (taken == null && !by.shadow()) {
      answer(unavailable(by.source(), "too many calls in flight"), now, effects);
    } else if (taken == null || taken.isHeld()) {
      goAhead(now, effects);
    } else {
      state = State.QUEUED;
      parkedUntil = now + by.limit().maxWaitNanos();
      if (bounded && deadline - parkedUntil < 0) {
        parkedUntil = deadline;
      }
      effects.park(parkedUntil);
    }
  }

  /** It may be its turn. */
  private void turn(long now, Effects effects) {
    Slot mine = slot;
    LimitRule by = rule().limit();
    if (mine == null || by == null) {
      throw new IllegalStateException("not in a queue");
    }
    if (bounded && deadline - now <= 0) {
      answer(timedOut(deadlineSource(), "no answer in time"), now, effects);
    } else if (mine.isHeld()) {
      verdict(by.source(), false, Verdict.WAITED, (now - startNanos) / 1_000_000 + " ms", null);
      goAhead(now, effects);
    } else if (now - parkedUntil >= 0) {
      verdict(by.source(), false, Verdict.FULL, "", null);
      answer(unavailable(by.source(), "too many calls in flight for too long"), now, effects);
    } else {
      effects.park(parkedUntil);
    }
  }

  /** Tells the breaker what became of the call, if that was not told before. */
  private void settle(Attempt of, Outcome outcome, long now) {
    if (ticket != null) {
      String opened = ticket.told(outcome != Outcome.ANSWERED, now - startNanos, now);
      BreakerRule by = rule().breaker();
      if (opened != null && by != null) {
        verdict(by.source(), by.shadow(), Verdict.OPENED, opened, of);
      }
    }
  }

  // A call that never left, or that the application gave up, says nothing of the callee.
  private void settleWithoutAnswer(long now) {
    if (ticket == null) {
      return;
    }
    Attempt of = lastAttempt();
    if (of != null && !cancelled && (answer != null || of.isUnanswered())) {
      settle(of, Outcome.NO_ANSWER, now);
    } else {
      ticket.release();
    }
  }

  private void bound(long limit, long now) {
    if (limit > 0 && (!bounded || deadline - now > limit)) {
      deadline = now + limit;
      bounded = true;
      ownDeadline = true;
    }
  }

  private void tryOnce(long now, Effects effects) {
    tryOnce(false, now, effects);
  }

  private void tryOnce(boolean hedge, long now, Effects effects) {
    Endpoint endpoint = destination.pinned();
    if (endpoint == null && attempts == 0 && !session.isEmpty()) {
      Endpoint own = cluster().find(session);
      endpoint = own == null || own.isShunned(now) ? null : own;
    }
    if (endpoint == null) {
      endpoint =
          cluster().choose(this, rule().hash().hash(request, mesh.chance()), now, mesh.chance());
      if (shadowed != null && endpoint != null) {
        shadowed.chose(cluster(), endpoint, now, mesh.chance());
      }
    }
    if (endpoint == null) {
      cannotTry(hedge, "no endpoint for " + cluster().name(), now, effects);
      return;
    }
    ClientTls tls;
    try {
      tls = tls(endpoint);
    } catch (SSLException e) {
      cannotTry(hedge, "no mutual TLS: " + e.getMessage(), now, effects);
      return;
    }
    endpoint.load().begin();
    attempts++;
    InjectedFault fault = rule().fault().draw(request, mesh.chance());
    Attempt next = new Attempt(this, attempts, endpoint, tls, now, attempt, fault, hedge);
    attempt = next;
    state = State.TRYING;
    if (endpoint.health().wouldBePassedOver(now)) {
      Source by = endpoint.health().failsChecks() ? rule().checks() : rule().outliers();
      verdict(by, true, Verdict.PASSED_OVER, endpoint.authority(), next);
    }
    mesh.observer().attemptStarted(next);
    armPerTry(now, effects);
    armHedge(now, effects);
    if (next.heldUntil() != next.startNanos()) {
      armFault(now, effects);
    } else {
      begin(next, now, effects);
    }
  }

  // A hedge that cannot be made leaves the call to those in flight.
  private void cannotTry(boolean hedge, String why, long now, Effects effects) {
    if (!hedge) {
      answer(unavailable(route(), why), now, effects);
    }
  }

  private void heldBack(long now, Effects effects) {
    for (Attempt of = attempt; of != null && state == State.TRYING; of = of.previous()) {
      if (of.isHeldBack() && now - of.heldUntil() >= 0) {
        mesh.observer().attemptHeldBack(of);
        begin(of, now, effects);
      }
    }
    if (state == State.TRYING) {
      armFault(now, effects);
    }
  }

  private void armFault(long now, Effects effects) {
    Attempt next = null;
    for (Attempt of = attempt; of != null; of = of.previous()) {
      if (of.isHeldBack() && (next == null || of.heldUntil() - next.heldUntil() < 0)) {
        next = of;
      }
    }
    if (next != null) {
      effects.arm(Timer.FAULT, notBefore(now, next.heldUntil()));
    }
  }

  private static long notBefore(long now, long at) {
    return at - now < 0 ? now : at;
  }

  // Only now: the real request has left, and all of it is at hand if it ever will be.
  private void mirror(Effects effects) {
    List<Mirror> mirrors = rule().mirrors();
    if (mirrored || mirrors.isEmpty() || !request.hedgeable()) {
      return;
    }
    mirrored = true;
    for (int i = 0; i < mirrors.size(); i++) {
      if (mirrors.get(i).takes(mesh.chance())) {
        effects.mirror(destination.mirror(mirrors.get(i)));
      }
    }
  }

  // Hedging

  private void armHedge(long now, Effects effects) {
    Hedge hedge = rule().retry().hedge();
    if (hedges >= hedge.max()) {
      return;
    }
    long delay = hedge.delay(destination.answerTimes(), now);
    if (delay >= 0) {
      effects.arm(Timer.HEDGE, now + delay);
    }
  }

  private void hedge(long now, Effects effects) {
    RetryPolicy policy = rule().retry();
    if (state != State.TRYING
        || hedges >= policy.hedge().max()
        || attempts >= mostAttempts(true)
        || !request.hedgeable()
        || (policy.idempotentOnly() && !request.idempotent())
        || !hasFreshEndpoint(now)
        || !destination.budget().tryRetry(policy.budget(), now)) {
      return;
    }
    hedges++;
    tryOnce(true, now, effects);
  }

  private void measure(Attempt of, long now) {
    if (rule().retry().hedge().measures()) {
      destination.answerTimes().took(now - of.startNanos(), now);
    }
  }

  /** An attempt brought nothing good: it is let go if there are others that may. */
  private boolean leaveToOthers(Attempt of, long now, Effects effects) {
    boolean others = false;
    for (Attempt each = attempt; each != null; each = each.previous()) {
      others |= each != of && !each.isOver();
    }
    if (others) {
      letGo(of, effects);
      over(of, now);
      armPerTry(now, effects);
      armFault(now, effects);
    }
    return others;
  }

  /** One attempt decides the call: the others are given up. */
  private void loseOthers(Attempt winner, long now, Effects effects) {
    for (Attempt of = attempt; of != null; of = of.previous()) {
      if (of != winner && !of.isOver()) {
        // Its answer would have taken as long at least: else the slow ones would count as none.
        measure(of, now);
        of.lose();
        letGo(of, effects);
        over(of, now);
      }
    }
  }

  private void begin(Attempt of, long now, Effects effects) {
    InjectedFault fault = of.fault();
    if (fault == null || fault.shadow() || !fault.aborts()) {
      of.begin();
      effects.start(of);
      return;
    }
    // From here on it is as if the callee had answered so.
    MeshAnswer injected = fault.answer();
    boolean grpc = request.protocol() == Protocol.GRPC;
    of.answered(grpc ? 200 : injected.status(), grpc ? injected.grpcCode() : -1);
    if (isWorthAnother(of.status(), of.grpcCode())
        && (leaveToOthers(of, now, effects) || retry(of, 0, now, effects))) {
      return;
    }
    loseOthers(of, now, effects);
    Outcome outcome = outcome(of.status(), of.grpcCode());
    if (outcome != null) {
      settle(of, outcome, now);
    }
    answer(injected, now, effects);
  }

  private boolean isWorthAnother(int status, int grpcCode) {
    RetryPolicy policy = rule().retry();
    return request.protocol() == Protocol.GRPC
        ? grpcCode > 0 && policy.retriesGrpcCode(grpcCode)
        : policy.retriesStatus(status);
  }

  // Plaintext is for callers that have no certificate, where the callee takes it; never for one
  // whose handshake failed.
  private @Nullable ClientTls tls(Endpoint endpoint) throws SSLException {
    MeshTls mine = MeshTls.current();
    return switch (endpoint.tls()) {
      case MESH -> mine.client(endpoint.principal());
      case MESH_PREFERRED -> mine.ready() ? mine.client(endpoint.principal()) : null;
      case APP -> endpoint.external() == null ? null : endpoint.external().tls(request.scheme());
      case NONE -> null;
    };
  }

  // A library that was given our limit may notice before our alarm rings.
  private boolean timeIsUp(Attempt of, Failure why, long now, Effects effects) {
    if (bounded && deadline - now <= 0) {
      requestTimedOut(now, effects);
      return true;
    }
    long perTry = perTryTimeoutNanos();
    if (why == Failure.TIMEOUT && perTry > 0 && now - of.startNanos() >= perTry) {
      tryTimedOut(of, now, effects);
      return true;
    }
    return false;
  }

  /** Goes on to another attempt if it may; this one is over then. */
  private boolean retry(Attempt of, long retryAfter, long now, Effects effects) {
    RetryPolicy policy = rule().retry();
    if (attempts >= mostAttempts(of.sent())
        || !request.replayable()
        || (of.sent() && policy.idempotentOnly() && !request.idempotent())
        || (!policy.source().isDocument()
            && of.failure() != Failure.STALE_CONNECTION
            && !hasFreshEndpoint(now))
        || retryAfter > LONGEST_PAUSE) {
      return false;
    }
    long pause = Math.max(retryAfter, policy.backoff().beforeRetry(attempts, mesh.chance()));
    if ((bounded && deadline - now <= pause)
        || !destination.budget().tryRetry(policy.budget(), now)) {
      return false;
    }
    if (shadowed != null) {
      shadowed.triesAgain(of, of.status(), of.grpcCode());
    }
    letGo(of, effects);
    over(of, now);
    disarmTries(effects);
    if (pause == 0) {
      tryOnce(now, effects);
    } else {
      state = State.PAUSED;
      effects.arm(Timer.BACKOFF, now + pause);
    }
    return true;
  }

  // Retries at each of n services in a row would multiply. What no callee has seen costs nobody
  // further down anything.
  private int mostAttempts(boolean sent) {
    RetryPolicy policy = rule().retry();
    return sent && cause > 1
        ? Math.min(policy.attempts(), policy.attemptsIfRetried())
        : policy.attempts();
  }

  /** Tells of an endpoint what came of an attempt there, if that was not told before. */
  private void judge(Attempt of, Outcome outcome, long now) {
    // What a fault held back or answered was never there.
    if (of.hasBegun() && of.judge()) {
      LimitRule limit = rule().limit();
      if (limit != null && outcome == Outcome.NO_ANSWER) {
        limit.limit().unanswered();
      }
      String ejected = of.endpoint().health().told(outcome, now);
      if (ejected != null) {
        verdict(rule().outliers(), cluster().watchesInShadow(), Verdict.EJECTED, ejected, of);
      }
    }
  }

  /** No answer to an attempt came in time. */
  private void tookTooLong(Attempt of, long now) {
    cluster().unanswered(of.endpoint(), now - of.startNanos(), now);
    judge(of, Outcome.NO_ANSWER, now);
  }

  private boolean hasFreshEndpoint(long now) {
    return destination.pinned() == null && cluster().hasFresh(this, now);
  }

  private void triesTimedOut(long now, Effects effects) {
    long perTry = perTryTimeoutNanos();
    for (Attempt of = attempt; of != null && state == State.TRYING; of = of.previous()) {
      if (!of.isOver() && now - of.startNanos() >= perTry) {
        tryTimedOut(of, now, effects);
      }
    }
    if (state == State.TRYING) {
      armPerTry(now, effects);
    }
  }

  private void armPerTry(long now, Effects effects) {
    long perTry = perTryTimeoutNanos();
    if (perTry == 0) {
      return;
    }
    Attempt oldest = null;
    for (Attempt of = attempt; of != null; of = of.previous()) {
      oldest = of.isOver() ? oldest : of;
    }
    if (oldest != null && (!bounded || deadline - oldest.startNanos() > perTry)) {
      effects.arm(Timer.PER_TRY, notBefore(now, oldest.startNanos() + perTry));
    }
  }

  private void tryTimedOut(Attempt of, long now, Effects effects) {
    // How far it came is not known, and not known counts as sent.
    of.markSent();
    if (shadowed != null) {
      shadowed.waited(of, now);
    }
    tookTooLong(of, now);
    if (leaveToOthers(of, now, effects)
        || (isWorthAnother(504, MeshAnswers.timedOutCode()) && retry(of, 0, now, effects))) {
      return;
    }
    giveUp(effects);
    answer(timedOut(perTrySource(), "no answer to an attempt in time"), now, effects);
  }

  private void requestTimedOut(long now, Effects effects) {
    MeshAnswer why = timedOut(deadlineSource(), "no answer in time");
    switch (state) {
      case TRYING, PAUSED -> {
        for (Attempt of = attempt; of != null; of = of.previous()) {
          if (!of.isOver() && of.failure() == null) {
            tookTooLong(of, now);
          }
        }
        giveUp(effects);
        answer(why, now, effects);
      }
      case COMMITTED -> breakOff(why, now, effects);
      default -> {}
    }
  }

  private void idled(long now, Effects effects) {
    if (state != State.COMMITTED) {
      return;
    }
    if (now - progressNanos < rule().timeout().idle()) {
      armIdle(effects);
    } else {
      breakOff(timedOut(rule().timeout().source(), "the answer stands still"), now, effects);
    }
  }

  private void breakOff(MeshAnswer why, long now, Effects effects) {
    answer = why;
    judge(taken(), Outcome.NO_ANSWER, now);
    effects.breakOff(taken(), why);
    finish(now, effects);
  }

  private void giveUp(Effects effects) {
    for (Attempt of = attempt; of != null; of = of.previous()) {
      if (!of.isOver()) {
        letGo(of, effects);
      }
    }
  }

  private static void letGo(Attempt of, Effects effects) {
    if (!of.hasBegun()) {
      effects.disarm(Timer.FAULT);
    } else if (of.failure() == null) {
      effects.cancel(of);
    }
  }

  private void answer(MeshAnswer given, long now, Effects effects) {
    answer = given;
    finish(now, effects);
    effects.answer(given);
  }

  private void finish(long now, Effects effects) {
    settleWithoutAnswer(now);
    if (shadowed != null) {
      shadowed.ended(now);
    }
    for (Attempt of = attempt; of != null; of = of.previous()) {
      over(of, now);
    }
    if (slot != null) {
      slot.leave();
    }
    if (state == State.TRYING) {
      disarmTries(effects);
    }
    if (committed != null) {
      // An answer may come before the last of the request has left.
      mirror(effects);
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

  private static void disarmTries(Effects effects) {
    effects.disarm(Timer.PER_TRY);
    effects.disarm(Timer.HEDGE);
  }

  private void over(Attempt of, long now) {
    if (of.finish(now)) {
      mesh.observer().attemptEnded(of);
    }
  }

  private void armIdle(Effects effects) {
    long idle = rule().timeout().idle();
    if (idle > 0) {
      effects.arm(Timer.IDLE, progressNanos + idle);
    }
  }

  private boolean isStream(ResponseHead head) {
    return request.streaming()
        || head.status() == 101
        || head.header("content-type").startsWith("text/event-stream");
  }

  private MeshAnswer unavailable(Source source, String what) {
    return MeshAnswers.unavailable(source, destination.service(), what);
  }

  private MeshAnswer timedOut(Source source, String what) {
    return MeshAnswers.timedOut(source, destination.service(), what);
  }

  private Source deadlineSource() {
    return ownDeadline ? rule().timeout().source() : Source.BUILT_IN;
  }

  private Source perTrySource() {
    return rule().retry().perTryTimeout() > 0 ? rule().retry().source() : rule().timeout().source();
  }

  // What drivers ask

  @Override
  public boolean isOver() {
    return state == State.OVER;
  }

  /** Whether it waits for its config, or for its turn. */
  boolean isParked() {
    return state == State.PARKED || state == State.QUEUED;
  }

  /** Whether the application has its outcome, or wants none. */
  boolean isDecided() {
    return state == State.COMMITTED || state == State.OVER;
  }

  /** Whether anybody asks for {@link #progress}. */
  boolean watchesProgress() {
    return rule != null && rule.timeout().idle() > 0;
  }

  /** Nanoseconds left for an attempt to bring its head; 0 for no limit. */
  long timeLeft(Attempt of, long now) {
    long left = bounded ? Math.max(1, deadline - now) : Long.MAX_VALUE;
    long perTry = perTryTimeoutNanos();
    if (perTry > 0) {
      left = Math.min(left, Math.max(1, of.startNanos() + perTry - now));
    }
    return left == Long.MAX_VALUE ? 0 : left;
  }

  /**
   * For a parked call: has it woken when it is its turn, or once the config is newer than what it
   * has seen; by whichever thread brings that about, which may be in the midst of another call.
   */
  void onNews(Runnable wake) {
    Slot mine = slot;
    if (mine != null) {
      mine.onTurn(wake);
    } else {
      mesh.onConfigAfter(configSeen, wake);
    }
  }

  /** It need not be woken any more. */
  void forgetNews(Runnable wake) {
    mesh.forgetConfig(wake);
  }

  /** Its place among the calls to its service; null where it needs none. */
  @Nullable Slot slot() {
    return slot;
  }

  /** Its leave to be made; null where it needs none. */
  @Nullable Ticket ticket() {
    return ticket;
  }

  private Cluster cluster() {
    if (cluster == null) {
      throw new IllegalStateException("not routed");
    }
    return cluster;
  }

  private Attempt taken() {
    if (committed == null) {
      throw new IllegalStateException("no answer taken");
    }
    return committed;
  }
}
