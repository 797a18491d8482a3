package io.weft.core.telemetry;

import io.weft.core.call.Deadlines;
import io.weft.core.scope.RequestScope;

/** What the request came with in whose scope the calling thread works. */
final class ScopeDeadlines implements Deadlines {
  @Override
  public boolean hasDeadline() {
    return RequestScope.current().bounded();
  }

  @Override
  public long deadlineNanos() {
    return RequestScope.current().deadlineNanos();
  }

  @Override
  public int attempt() {
    return RequestScope.current().attempt();
  }
}
