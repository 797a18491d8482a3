package io.weft.core.telemetry;

import io.weft.core.call.Attempt;
import io.weft.core.call.Failure;
import io.weft.core.call.GrpcCodes;
import io.weft.core.call.MeshAnswer;
import io.weft.core.call.OutboundCall;
import io.weft.core.call.OutboundRequest;
import io.weft.core.call.Protocol;
import io.weft.core.inbound.InboundCall;
import io.weft.core.inbound.InboundRequest;
import io.weft.core.log.Log;
import io.weft.core.thread.AgentThread;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line for each request that a policy picks out. Requests do not wait for it: lines are
 * written on a thread that starts with the first, and what comes faster than they can be written is
 * counted and dropped. Thread-safe.
 */
final class AccessLog {
  private static final int MOST_WAITING = 1_000;
  // Worse than any answer.
  private static final int NO_ANSWER = 599;

  private final Consumer<String> out;
  private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicLong dropped = new AtomicLong();

  AccessLog() {
    this(Log::access);
  }

  /**
   * @param out given one line at a time
   */
  AccessLog(Consumer<String> out) {
    this.out = out;
  }

  /** A request was served, or answered in the application's place. */
  void served(
      TelemetryPolicy policy, InboundCall call, int status, int grpcCode, @Nullable Throwable why) {
    AccessFilter filter = policy.accessLog();
    if (filter == null || policy.shadow()) {
      return;
    }
    long nanos = System.nanoTime() - call.startNanos();
    if (filter.takes(
        why != null ? NO_ANSWER : rated(status, grpcCode), nanos, ThreadLocalRandom.current())) {
      InboundRequest request = call.request();
      StringBuilder line = line("callee", request.method(), request.target());
      outcome(line, status, grpcCode, why == null ? "" : why.getClass().getName(), nanos);
      field(line, "peer", request.peer().proven() ? request.peer().id() : request.peerAddress());
      MeshAnswer answer = call.denial();
      field(line, "reason", answer == null ? "" : document(answer));
      field(line, "trace", call.scope().trace().traceId());
      write(line.toString());
    }
  }

  /** A call ended. */
  void called(TelemetryPolicy policy, OutboundCall call, String traceId) {
    AccessFilter filter = policy.accessLog();
    if (filter == null || policy.shadow()) {
      return;
    }
    MeshAnswer answer = call.answer();
    Attempt last = call.lastAttempt();
    boolean grpc = call.request().protocol() == Protocol.GRPC;
    int status = answer != null ? answer.status() : last == null ? 0 : last.status();
    int code =
        !grpc ? -1 : answer != null ? answer.grpcCode() : last == null ? -1 : last.grpcCode();
    Failure failure = answer != null || last == null ? null : last.failure();
    long nanos = call.endNanos() - call.startNanos();
    if (filter.takes(
        failure != null ? NO_ANSWER : rated(status, code), nanos, ThreadLocalRandom.current())) {
      OutboundRequest request = call.request();
      StringBuilder line = line("caller", request.method(), request.target());
      outcome(
          line,
          failure == null ? status : 0,
          failure == null ? code : -1,
          failure == null ? "" : failure.name().toLowerCase(Locale.ROOT).replace('_', '-'),
          nanos);
      field(line, "to", call.destination().service().toString());
      field(line, "attempts", Integer.toString(call.attempts()));
      field(line, "endpoint", last == null ? "" : last.endpoint().uid());
      field(line, "reason", answer == null ? "" : document(answer));
      field(line, "trace", traceId);
      write(line.toString());
    }
  }

  private static int rated(int status, int grpcCode) {
    return grpcCode >= 0 ? GrpcCodes.toStatus(grpcCode) : status;
  }

  // The query may hold what nobody wants to see in a log.
  private static StringBuilder line(String side, String method, String target) {
    int question = target.indexOf('?');
    StringBuilder line = new StringBuilder(200).append("side=").append(side);
    field(line, "method", method);
    field(line, "path", question < 0 ? target : target.substring(0, question));
    return line;
  }

  private static void outcome(
      StringBuilder line, int status, int grpcCode, String failure, long nanos) {
    if (grpcCode >= 0) {
      field(line, "grpc", Integer.toString(grpcCode));
    } else if (status > 0) {
      field(line, "status", Integer.toString(status));
    }
    field(line, "failure", failure);
    field(line, "ms", Long.toString(TimeUnit.NANOSECONDS.toMillis(nanos)));
  }

  private static String document(MeshAnswer answer) {
    String reason = answer.reason();
    int blank = reason.indexOf(' ');
    return blank < 0 ? reason : reason.substring(0, blank);
  }

  // One field is one word, whatever a stranger has sent.
  private static void field(StringBuilder line, String name, String value) {
    if (value.isEmpty()) {
      return;
    }
    line.append(' ').append(name).append('=');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      line.append(c <= ' ' || c == 0x7f ? '_' : c);
    }
  }

  private void write(String line) {
    if (!waiting.offer(line)) {
      dropped.incrementAndGet();
      return;
    }
    if (!started.get() && started.compareAndSet(false, true)) {
      AgentThread.of("access-log", this::writeAll).start();
    }
  }

  private void writeAll() {
    try {
      while (true) {
        out.accept(waiting.take());
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
          out.accept("dropped=" + lost);
        }
      }
    } catch (InterruptedException e) {
      // The process ends.
      Thread.currentThread().interrupt();
    }
  }
}
