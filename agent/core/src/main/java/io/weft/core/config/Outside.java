package io.weft.core.config;

import io.weft.core.egress.EgressPolicy;
import org.jspecify.annotations.Nullable;

/** Where hosts lead that are none of the mesh's. Immutable. */
final class Outside {
  /** They are called as if there were no mesh. */
  static final Outside OPEN = new Outside(null);

  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  private final @Nullable EgressPolicy policy;
  private final Destination shadow;

  Outside(@Nullable EgressPolicy policy) {
    this.policy = policy;
    this.shadow = policy == null ? Destination.OUTSIDE : Destination.deniedInShadow(policy);
  }

  /** What rules them; null for nothing. */
  @Nullable EgressPolicy policy() {
    return policy;
  }

  /** Where one leads. Without a policy it costs and allocates nothing. */
  Destination destination(String host, int port, boolean grpc) {
    if (policy == null) {
      return Destination.OUTSIDE;
    }
    int meant = port > 0 ? port : defaultPort(grpc);
    if (!policy.denies(host, meant)) {
      return Destination.OUTSIDE;
    }
    return policy.shadow() ? shadow : Destination.denied(host, meant, policy);
  }

  /** The port where none is named. */
  static int defaultPort(boolean grpc) {
    return grpc ? HTTPS : HTTP;
  }
}
