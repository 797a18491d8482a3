package io.weft.control.edge;

import io.weft.api.v1.EdgeReport;
import io.weft.api.v1.Report;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Who calls whom and how that goes, from what agents reported over the last ten seconds or so. Of
 * each agent two sums are kept, of these five seconds and of those before, and no report. Confined
 * to one thread.
 */
public final class Edges {
  private static final long HALF_NANOS = 5_000_000_000L;

  private final LongSupplier nanoTime;
  private final Map<String, Agent> agents = new HashMap<>();

  public Edges(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Adds a report. */
  public void report(String uid, Report report) {
    agents.computeIfAbsent(uid, agent -> new Agent()).add(report, half());
  }

  /** The agent is gone; what it reported ages out with the rest. */
  public void gone(String uid) {
    agents.computeIfPresent(uid, (same, agent) -> agent.isEmpty(half()) ? null : agent);
  }

  /** One edge for each caller, callee and version of the callee. */
  public List<Edge> now() {
    long half = half();
    agents.values().removeIf(agent -> agent.isEmpty(half));
    Map<String, Sum> sums = new TreeMap<>();
    for (Agent agent : agents.values()) {
      double seconds = Math.max(0.1, agent.seconds());
      for (Window window : agent.windows()) {
        window.edges.forEach(
            (key, sum) ->
                sums.computeIfAbsent(key.toString(), k -> new Sum(sum)).add(sum, seconds));
      }
    }
    List<Edge> all = new ArrayList<>();
    sums.values().forEach(sum -> all.add(sum.edge()));
    return all;
  }

  private long half() {
    return Math.floorDiv(nanoTime.getAsLong(), HALF_NANOS);
  }

  private record Key(String caller, String callee, String version) {
    @Override
    public String toString() {
      return caller + "\n" + callee + "\n" + version;
    }
  }

  /** What one agent reported in five seconds. */
  private static final class Window {
    private final Map<Key, Sum> edges = new HashMap<>();
    private double seconds;
  }

  /** What one agent reported. */
  private static final class Agent {
    private long half = Long.MIN_VALUE;
    private Window now = new Window();
    private Window before = new Window();

    void add(Report report, long at) {
      turn(at);
      now.seconds += report.getIntervalMillis() / 1e3;
      for (EdgeReport edge : report.getEdgesList()) {
        Key key = new Key(edge.getCaller(), edge.getCallee(), edge.getCalleeVersion());
        now.edges.computeIfAbsent(key, k -> new Sum(k, edge.getProtocol())).add(edge);
      }
    }

    boolean isEmpty(long at) {
      turn(at);
      return now.seconds == 0 && before.seconds == 0;
    }

    double seconds() {
      return now.seconds + before.seconds;
    }

    List<Window> windows() {
      return List.of(now, before);
    }

    private void turn(long at) {
      if (at != half) {
        before = at == half + 1 ? now : new Window();
        now = new Window();
        half = at;
      }
    }
  }

  private static final class Sum {
    private final Key key;
    private final String protocol;
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

    Sum(Key key, String protocol) {
      this.key = key;
      this.protocol = protocol;
    }

    Sum(Sum alike) {
      this(alike.key, alike.protocol);
    }

    void add(EdgeReport edge) {
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

    // Each agent's calls count by the time that its own reports cover.
    void add(Sum other, double seconds) {
      perSecond += other.calls / seconds;
      calls += other.calls;
      failures += other.failures;
      retries += other.retries;
      encrypted += other.encrypted;
      plaintext += other.plaintext;
      if (other.encrypted > 0) {
        callerPrincipal = other.callerPrincipal;
        calleePrincipal = other.calleePrincipal;
      }
      latencies.add(other.latencies);
      other.causes.forEach((cause, count) -> causes.merge(cause, count, Long::sum));
    }

    Edge edge() {
      // Not of all calls: an agent counts one while it reports, and may report it in part.
      long reached = encrypted + plaintext;
      return new Edge(
          key.caller(),
          key.callee(),
          key.version(),
          protocol,
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
