package io.weft.instrumentation.grpc;

import io.weft.core.call.Attempt;
import io.weft.core.endpoint.EndpointTls;
import io.weft.core.identity.ClientTls;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection leads, and what it is made with, whatever the channel was built with.
 *
 * @param tls in place of the channel's own; null for none
 * @param expects what the endpoint expects
 */
record Line(InetSocketAddress address, @Nullable ClientTls tls, EndpointTls expects) {
  static Line of(Attempt attempt) {
    return new Line(
        new InetSocketAddress(attempt.endpoint().address(), attempt.endpoint().port()),
        attempt.tls(),
        attempt.endpoint().tls());
  }

  /** Whether the channel makes the connection as it was built to. */
  boolean isChannels() {
    return expects == EndpointTls.APP && tls == null;
  }

  /** Whether no plaintext may be sent on it. */
  boolean mustBeSecure() {
    return expects == EndpointTls.MESH || (tls != null && !tls.isMutual());
  }

  /** Whether another to the same endpoint, made after it, takes its place. */
  boolean yieldsTo(Line later) {
    return address.equals(later.address)
        && (tls == null
            || later.tls == null
            || (tls.epoch() <= later.tls.epoch()
                && tls.serverName().equals(later.tls.serverName())));
  }
}
