package io.weft.it.bench.fleet;

import io.weft.api.v1.Endpoint;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Resource;
import io.weft.api.v1.Update;
import java.util.concurrent.atomic.LongAdder;

/** Counts for all agents of a simulator. Thread-safe. */
final class Counters {
  final LongAdder bytesIn = new LongAdder();
  final LongAdder bytesOut = new LongAdder();
  final LongAdder joins = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder resyncs = new LongAdder();
  private final LongAdder updates = new LongAdder();
  private final LongAdder whole = new LongAdder();
  private final LongAdder deltas = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private final LongAdder removed = new LongAdder();

  void count(Update update) {
    updates.increment();
    for (Resource each : update.getResourcesList()) {
      if (each.hasEndpointsDelta()) {
        deltas.increment();
        removed.add(each.getEndpointsDelta().getRemovedUidsCount());
        each.getEndpointsDelta().getUpsertedList().forEach(this::count);
      } else if (each.hasNamesDelta()) {
        deltas.increment();
      } else {
        whole.increment();
        each.getEndpoints().getEndpointsList().forEach(this::count);
      }
    }
  }

  private void count(Endpoint endpoint) {
    if (endpoint.getState() == InstanceState.LOST) {
      lost.increment();
    }
  }

  Traffic now() {
    return new Traffic(
        bytesIn.sum(),
        bytesOut.sum(),
        updates.sum(),
        whole.sum(),
        deltas.sum(),
        lost.sum(),
        removed.sum(),
        joins.sum(),
        failures.sum(),
        resyncs.sum());
  }
}
