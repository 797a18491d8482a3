package io.weft.core.config;

import io.weft.core.breaker.BreakerPolicy;
import io.weft.core.breaker.CircuitBreaker;
import io.weft.core.limit.ConcurrencyLimit;
import io.weft.core.limit.LimitPolicy;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What stands before services and changes by itself. Kept through pushes as long as its document
 * and that document's fields are the same. Confined to the pushing thread.
 */
final class Guards {
  private final Map<Key, CircuitBreaker> breakers = new HashMap<>();
  private final Map<Key, ConcurrencyLimit> limits = new HashMap<>();

  /** The breaker before a service. */
  CircuitBreaker breaker(ServiceKey service, BreakerPolicy policy) {
    return breakers.computeIfAbsent(new Key(service, policy), k -> new CircuitBreaker(policy));
  }

  /** The limit before a service. */
  ConcurrencyLimit limit(ServiceKey service, LimitPolicy policy) {
    return limits.computeIfAbsent(new Key(service, policy), k -> new ConcurrencyLimit(policy));
  }

  /** Forgets all others. */
  void keep(Set<Key> used) {
    breakers.keySet().retainAll(used);
    limits.keySet().retainAll(used);
  }

  /** What stands before a service by a policy. */
  record Key(ServiceKey service, Record policy) {}
}
