package io.weft.core.telemetry;

import io.weft.api.v1.EdgeReport;
import io.weft.core.call.Attempt;
import io.weft.core.call.OutboundCall;
import io.weft.core.call.Protocol;
import io.weft.core.config.ServiceKey;
import io.weft.core.identity.MeshTls;
import io.weft.core.link.EdgeStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts calls by edge: callee, route, protocol and the version of the instance that answered.
 * Thread-safe, without a lock. At most {@value #MOST} edges are told apart; what is beyond is
 * counted together, under no route and version.
 */
final class Edges implements EdgeStats {
  static final int MOST = 2_000;

  private final Map<Key, Counts> edges = new ConcurrentHashMap<>();
  private volatile String caller = "";

  /** Who calls, as {@code namespace/service}. */
  void caller(String name) {
    caller = name;
  }

  /** A call ended. */
  void count(OutboundCall call) {
    Outcome outcome = Outcome.of(call);
    Attempt last = call.lastAttempt();
    Protocol protocol = call.request().protocol();
    Key key =
        new Key(
            call.destination().service(),
            call.isRouted() ? call.rule().name() : "",
            protocol,
            last == null ? "" : last.endpoint().labels().getOrDefault("version", ""));
    Counts counts = edges.get(key);
    if (counts == null) {
      Key kept = edges.size() < MOST ? key : new Key(key.callee(), "", protocol, "");
      counts = edges.computeIfAbsent(kept, k -> new Counts());
    }
    counts.calls.increment();
    if (call.attempts() > 1) {
      counts.retries.add(call.attempts() - 1L);
    }
    if (outcome.failed()) {
      counts.failures.increment();
      counts.causes.computeIfAbsent(outcome.cause(), cause -> new LongAdder()).increment();
    }
    if (last != null && last.sent()) {
      if (last.isEncrypted()) {
        counts.encrypted.increment();
        counts.principal = last.endpoint().principal();
      } else {
        counts.plaintext.increment();
      }
    }
    counts.latency.add((call.endNanos() - call.startNanos()) / 1_000);
  }

  @Override
  public List<EdgeReport> take() {
    List<EdgeReport> reports = new ArrayList<>(edges.size());
    edges.forEach(
        (key, counts) -> {
          long calls = counts.calls.sumThenReset();
          if (calls == 0) {
            return;
          }
          EdgeReport.Builder report =
              EdgeReport.newBuilder()
                  .setCaller(caller)
                  .setCallee(key.callee().toString())
                  .setRoute(key.route())
                  .setProtocol(key.protocol().name().toLowerCase(Locale.ROOT))
                  .setCalleeVersion(key.version())
                  .setCalls(calls)
                  .setFailures(counts.failures.sumThenReset())
                  .setRetries(counts.retries.sumThenReset())
                  .setPlaintext(counts.plaintext.sumThenReset());
          long encrypted = counts.encrypted.sumThenReset();
          if (encrypted > 0) {
            report
                .setEncrypted(encrypted)
                .setCallerPrincipal(MeshTls.current().describe().getSpiffeId())
                .setCalleePrincipal(counts.principal);
          }
          counts.latency.take().forEach(report::addLatencyCounts);
          counts.causes.forEach(
              (cause, count) -> {
                long failures = count.sumThenReset();
                if (failures > 0) {
                  report.putFailureCauses(cause, failures);
                }
              });
          reports.add(report.build());
        });
    return reports;
  }

  private record Key(ServiceKey callee, String route, Protocol protocol, String version) {}

  private static final class Counts {
    final LongAdder calls = new LongAdder();
    final LongAdder failures = new LongAdder();
    final LongAdder retries = new LongAdder();
    final LongAdder encrypted = new LongAdder();
    final LongAdder plaintext = new LongAdder();
    volatile String principal = "";
    final Latencies latency = new Latencies();
    final Map<String, LongAdder> causes = new ConcurrentHashMap<>();
  }
}
