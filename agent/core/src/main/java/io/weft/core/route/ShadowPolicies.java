package io.weft.core.route;

import io.weft.core.balance.Cluster;
import io.weft.core.config.Source;
import io.weft.core.retry.RetryPolicy;
import io.weft.core.timeout.TimeoutPolicy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What documents in shadow mode say of the requests of one rule: what they would do is recorded,
 * and nothing is changed. Immutable.
 *
 * @param timeout null for none
 * @param retry null for none
 * @param balancer the document behind the choice of endpoints
 * @param hash by what requests would stick to an endpoint
 * @param clusters the endpoints of each backend's cluster, chosen as the balancer would; empty
 *     where there is none
 */
public record ShadowPolicies(
    @Nullable TimeoutPolicy timeout,
    @Nullable RetryPolicy retry,
    Source balancer,
    HashPolicy hash,
    Map<Cluster, Cluster> clusters) {
  /** None at all. */
  public static final ShadowPolicies NONE =
      new ShadowPolicies(null, null, Source.BUILT_IN, HashPolicy.NONE, Map.of());

  /** Whether there is none. */
  public boolean isEmpty() {
    return timeout == null && retry == null && clusters.isEmpty();
  }
}
