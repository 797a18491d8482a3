package io.weft.core.balance;

import io.weft.core.endpoint.Endpoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A cluster's endpoints, prepared at a push for choosing without work. Immutable. */
final class Members {
  static final Members NONE = new Members(new Endpoint[0], new Endpoint[0], Map.of(), null);

  final Endpoint[] live;
  final Endpoint[] lost;

  /** The live ones by their instances. */
  final Map<String, Endpoint> byUid;

  /** Over the live ones; null if there are none. */
  final @Nullable Choice choice;

  private Members(
      Endpoint[] live, Endpoint[] lost, Map<String, Endpoint> byUid, @Nullable Choice choice) {
    this.live = live;
    this.lost = lost;
    this.byUid = byUid;
    this.choice = choice;
  }

  static Members of(List<Endpoint> endpoints, Balancing balancing, List<AtomicInteger> cursors) {
    Endpoint[] live = endpoints.stream().filter(each -> !each.lost()).toArray(Endpoint[]::new);
    Endpoint[] lost = endpoints.stream().filter(Endpoint::lost).toArray(Endpoint[]::new);
    Map<String, Endpoint> byUid = new HashMap<>();
    for (Endpoint endpoint : live) {
      byUid.put(endpoint.uid(), endpoint);
    }
    return new Members(
        live, lost, byUid, live.length == 0 ? null : Choice.of(balancing, live, cursors));
  }
}
