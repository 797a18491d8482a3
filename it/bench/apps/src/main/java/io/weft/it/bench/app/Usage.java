package io.weft.it.bench.app;

import com.sun.management.ThreadMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;

/** What this JVM uses, from one look to the next. Not thread-safe. */
final class Usage {
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private Map<Long, Long> allocated = Map.of();
  private long collections;
  private long pauses;

  /** As {@code allocated=<bytes> gcs=<count> gcMillis=<time>}, since the last time it was asked. */
  String sinceLast() {
    // By thread: the sum over all would shrink when one ends.
    Map<Long, Long> now = new HashMap<>();
    long[] ids = threads.getAllThreadIds();
    long[] bytes = threads.getThreadAllocatedBytes(ids);
    long sum = 0;
    for (int i = 0; i < ids.length; i++) {
      if (bytes[i] >= 0) {
        now.put(ids[i], bytes[i]);
        sum += bytes[i] - allocated.getOrDefault(ids[i], 0L);
      }
    }
    allocated = now;
    long count = 0;
    long millis = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      count += collector.getCollectionCount();
      millis += collector.getCollectionTime();
    }
    String used =
        "allocated=" + sum + " gcs=" + (count - collections) + " gcMillis=" + (millis - pauses);
    collections = count;
    pauses = millis;
    return used;
  }
}
