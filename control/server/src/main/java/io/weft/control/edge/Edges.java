package io.weft.control.edge;

import io.weft.api.v1.EdgeReport;
import io.weft.api.v1.Report;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Who calls whom and how that goes, from what agents reported over the last ten seconds or so.
 * Confined to one thread.
 */
public final class Edges {
  private static final long WINDOW_NANOS = 10_000_000_000L;

  private record Reported(long at, Report report) {}

  private final LongSupplier nanoTime;
  private final Map<String, Deque<Reported>> agents = new HashMap<>();

  public Edges(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Adds a report. */
  public void report(String uid, Report report) {
    Deque<Reported> reports = agents.computeIfAbsent(uid, agent -> new ArrayDeque<>());
    reports.add(new Reported(nanoTime.getAsLong(), report));
    forget(reports);
  }

  /** The agent is gone; what it reported ages out with the rest. */
  public void gone(String uid) {
    Deque<Reported> reports = agents.get(uid);
    if (reports != null && reports.isEmpty()) {
      agents.remove(uid);
    }
  }

  /** One edge for each caller, callee and version of the callee. */
  public List<Edge> now() {
    Map<String, Sum> sums = new TreeMap<>();
    agents.values().forEach(this::forget);
    agents.values().removeIf(Deque::isEmpty);
    for (Deque<Reported> reports : agents.values()) {
      double seconds =
          Math.max(
              0.1, reports.stream().mapToLong(r -> r.report().getIntervalMillis()).sum() / 1e3);
      for (Reported reported : reports) {
        for (EdgeReport edge : reported.report().getEdgesList()) {
          String key = edge.getCaller() + "\n" + edge.getCallee() + "\n" + edge.getCalleeVersion();
          sums.computeIfAbsent(key, k -> new Sum(edge)).add(edge, seconds);
        }
      }
    }
    List<Edge> all = new ArrayList<>();
    sums.values().forEach(sum -> all.add(sum.edge()));
    return all;
  }

  private void forget(Deque<Reported> reports) {
    long oldest = nanoTime.getAsLong() - WINDOW_NANOS;
    while (!reports.isEmpty() && reports.peek().at() < oldest) {
      reports.remove();
    }
  }

  private static final class Sum {
    private final EdgeReport first;
    private final Latencies latencies = new Latencies();
    private final Map<String, Long> causes = new TreeMap<>();
    private double perSecond;
    private long calls;
    private long failures;
    private long retries;
    private long encrypted;
    private long plaintext;
    private String callerPrincipal = "";
    private String calleePrincipal = "";

    Sum(EdgeReport first) {
      this.first = first;
    }

    // Each agent's calls count by the time that its own reports cover.
    void add(EdgeReport edge, double seconds) {
      perSecond += edge.getCalls() / seconds;
      calls += edge.getCalls();
      failures += edge.getFailures();
      retries += edge.getRetries();
      encrypted += edge.getEncrypted();
      plaintext += edge.getPlaintext();
      if (edge.getEncrypted() > 0) {
        callerPrincipal = edge.getCallerPrincipal();
        calleePrincipal = edge.getCalleePrincipal();
      }
      latencies.add(edge.getLatencyCountsList());
      edge.getFailureCausesMap().forEach((cause, count) -> causes.merge(cause, count, Long::sum));
    }

    Edge edge() {
      // Not of all calls: an agent counts one while it reports, and may report it in part.
      long reached = encrypted + plaintext;
      return new Edge(
          first.getCaller(),
          first.getCallee(),
          first.getCalleeVersion(),
          first.getProtocol(),
          Math.round(perSecond * 10) / 10.0,
          calls,
          failures,
          calls == 0 ? 1 : Math.round(1e4 * (calls - failures) / calls) / 1e4,
          latencies.millis(0.5),
          latencies.millis(0.99),
          retries,
          reached == 0 ? null : (double) encrypted / (double) reached,
          callerPrincipal,
          calleePrincipal,
          causes);
    }
  }
}
