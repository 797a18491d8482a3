package io.weft.core.explain;

import io.weft.core.call.Attempt;
import io.weft.core.call.Failure;
import io.weft.core.call.MeshAnswer;
import io.weft.core.call.OutboundCall;
import io.weft.core.call.Protocol;
import io.weft.core.call.Verdict;
import io.weft.core.config.ServiceKey;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.fault.InjectedFault;
import io.weft.core.route.RouteTable;
import io.weft.core.route.Rule;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a call that was made: fixed slots that point at what config holds, and nothing of
 * the application's but texts. At most 256 bytes, as there is one for each call: attempts are
 * packed, and only the last six are told.
 */
final class MadeCall {
  private static final int MOST_ATTEMPTS = 6;
  private static final int FACTS = 3;
  private static final int STATUS_BITS = 16;
  private static final int CODE_BITS = 8;
  private static final int ENCRYPTED = 1 << 7;
  private static final int INJECTED = 1 << 6;
  private static final int LOST = 1 << 5;
  private static final List<Failure> FAILURES = List.of(Failure.values());

  final String traceId;
  final String requestId;
  final long startMillis;
  final int tookMicros;
  final ServiceKey service;
  final @Nullable RouteTable routes;
  final @Nullable Rule rule;
  final String method;
  final String target;
  final Protocol protocol;
  final @Nullable MeshAnswer answer;
  final boolean cancelled;
  final int attempts;
  final List<Verdict> verdicts;
  private final int decisive;
  private final Endpoint[] endpoints;
  // Of each: when it began, how long it took, and what came of it.
  private final int[] facts;

  /** One attempt, unpacked. */
  record Told(
      int number,
      Endpoint endpoint,
      int afterMicros,
      int tookMicros,
      int status,
      int grpcCode,
      @Nullable Failure failure,
      boolean encrypted,
      boolean injected,
      boolean lost) {}

  MadeCall(OutboundCall call, String traceId, String requestId, long nowMillis) {
    long took = call.endNanos() - call.startNanos();
    this.traceId = traceId;
    this.requestId = requestId;
    this.startMillis = nowMillis - TimeUnit.NANOSECONDS.toMillis(took);
    this.tookMicros = micros(took);
    this.service = call.destination().service();
    this.routes = call.destination().routes();
    this.rule = call.isRouted() ? call.rule() : null;
    this.method = call.request().method();
    this.target = RecentCalls.kept(call.request().target());
    this.protocol = call.request().protocol();
    this.answer = call.answer();
    this.cancelled = call.isCancelled();
    this.attempts = call.attempts();
    this.verdicts = call.verdicts();
    Attempt last = call.lastAttempt();
    this.decisive = last == null ? 0 : last.number();
    int told = Math.min(attempts, MOST_ATTEMPTS);
    this.endpoints = new Endpoint[told];
    this.facts = new int[told * FACTS];
    Attempt of = call.newestAttempt();
    for (int i = told - 1; i >= 0 && of != null; i--, of = of.previous()) {
      endpoints[i] = of.endpoint();
      facts[i * FACTS] = micros(of.startNanos() - call.startNanos());
      facts[i * FACTS + 1] = micros(of.endNanos() - of.startNanos());
      facts[i * FACTS + 2] = packed(of);
    }
  }

  private static int packed(Attempt of) {
    Failure failure = of.failure();
    InjectedFault fault = of.fault();
    return of.status() << STATUS_BITS
        | (of.grpcCode() & 0xff) << CODE_BITS
        | (of.isEncrypted() ? ENCRYPTED : 0)
        | (fault == null || fault.shadow() ? 0 : INJECTED)
        | (of.isLost() ? LOST : 0)
        | (failure == null ? 0 : FAILURES.indexOf(failure) + 1);
  }

  private static int micros(long nanos) {
    return (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMicros(nanos));
  }

  /** How many attempts can be told. */
  int told() {
    return endpoints.length;
  }

  /** One of them, the oldest first. */
  Told told(int index) {
    int outcome = facts[index * FACTS + 2];
    int failure = outcome & (LOST - 1);
    return new Told(
        attempts - endpoints.length + index + 1,
        endpoints[index],
        facts[index * FACTS],
        facts[index * FACTS + 1],
        outcome >>> STATUS_BITS,
        (byte) (outcome >>> CODE_BITS),
        failure == 0 ? null : FAILURES.get(failure - 1),
        (outcome & ENCRYPTED) != 0,
        (outcome & INJECTED) != 0,
        (outcome & LOST) != 0);
  }

  /** The one whose outcome is the call's; null if none was started. */
  @Nullable Told decisive() {
    int index = decisive - 1 - (attempts - endpoints.length);
    return endpoints.length == 0 ? null : told(Math.max(0, index));
  }

  /** Whether one of its attempts went there. */
  boolean tried(Endpoint endpoint) {
    for (Endpoint each : endpoints) {
      if (each.uid().equals(endpoint.uid())) {
        return true;
      }
    }
    return false;
  }

  /** Whether it is likelier to be asked for than others. */
  boolean isNotable() {
    if (answer != null || cancelled || attempts != 1 || !verdicts.isEmpty()) {
      return true;
    }
    Told only = told(0);
    return only.injected() || only.failure() != null || only.status() >= 500 || only.grpcCode() > 0;
  }
}
