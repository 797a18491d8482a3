package io.weft.core.inbound;

import io.weft.api.v1.DenialReport;
import io.weft.api.v1.Report;
import io.weft.core.identity.Peer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts denials by caller, document and mode, for control. At most {@value #MOST} are told apart;
 * what is beyond is counted by document and mode alone. Thread-safe, without a lock.
 */
public final class DenialCounts {
  static final int MOST = 500;

  private static final String UNKNOWN = "unknown";
  private static final String OTHER = "other";

  private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();

  /**
   * @param by the document with its generation while it is counted, without it when it is told
   */
  private record Key(String caller, String by, boolean shadow) {}

  /** A request was denied, or would have been. */
  void count(Peer peer, String by, boolean shadow) {
    count(peer.proven() ? peer.id() : UNKNOWN, by, shadow);
  }

  /**
   * As above.
   *
   * @param by the document with its generation
   */
  public void count(String caller, String by, boolean shadow) {
    Key key = new Key(caller, by, shadow);
    LongAdder count = counts.get(key);
    if (count == null) {
      Key kept = counts.size() < MOST ? key : new Key(OTHER, by, shadow);
      count = counts.computeIfAbsent(kept, k -> new LongAdder());
    }
    count.increment();
  }

  /** Adds what was counted since the last call, and starts again from zero. */
  public void addTo(Report.Builder report) {
    Map<Key, Long> sums = new HashMap<>();
    counts.forEach(
        (key, adder) -> {
          long count = adder.sumThenReset();
          if (count == 0) {
            counts.remove(key);
          } else {
            sums.merge(new Key(key.caller(), document(key.by()), key.shadow()), count, Long::sum);
          }
        });
    sums.forEach(
        (key, count) ->
            report.addDenials(
                DenialReport.newBuilder()
                    .setCaller(key.caller())
                    .setPolicy(key.by())
                    .setShadow(key.shadow())
                    .setCount(count)));
  }

  // Another generation of a document makes no other series.
  private static String document(String by) {
    int at = by.lastIndexOf('@');
    return at < 0 ? by : by.substring(0, at);
  }
}
