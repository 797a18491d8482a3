package io.weft.core.balance;

import io.weft.core.endpoint.Endpoint;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A cluster's endpoints, prepared at a push for choosing without work. Immutable. */
final class Members {
  static final Members NONE = new Members(new Endpoint[0], new Endpoint[0], null);

  final Endpoint[] live;
  final Endpoint[] lost;

  /** Over the live ones; null if there are none. */
  final @Nullable Choice choice;

  private Members(Endpoint[] live, Endpoint[] lost, @Nullable Choice choice) {
    this.live = live;
    this.lost = lost;
    this.choice = choice;
  }

  static Members of(List<Endpoint> endpoints, Balancing balancing, AtomicInteger cursor) {
    Endpoint[] live = endpoints.stream().filter(each -> !each.lost()).toArray(Endpoint[]::new);
    Endpoint[] lost = endpoints.stream().filter(Endpoint::lost).toArray(Endpoint[]::new);
    return new Members(live, lost, live.length == 0 ? null : Choice.of(balancing, live, cursor));
  }
}
