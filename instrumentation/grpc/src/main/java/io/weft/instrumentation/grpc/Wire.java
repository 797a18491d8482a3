package io.weft.instrumentation.grpc;

import io.grpc.Attributes;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * The channel's connection to one endpoint. It is made once: when it breaks, cannot be made, or
 * another of a later identity is there, it is dropped, and the next attempt makes another, since
 * who is tried when is for the mesh to decide. Calls in flight on it go on. Changed in the
 * channel's synchronization context alone, read anywhere.
 */
final class Wire {
  private static final Status NO_TLS =
      Status.UNAVAILABLE.withDescription("the mesh knows no way to make TLS of this transport");

  private final MeshHelper helper;
  private final Line line;
  private final Security security;
  private @Nullable Subchannel subchannel;
  private volatile @Nullable PickResult ready;
  private volatile @Nullable Status failed;
  private volatile boolean gone;

  Wire(MeshHelper helper, Line line) {
    this.helper = helper;
    this.line = line;
    this.security = new Security(line.tls());
  }

  Line line() {
    return line;
  }

  /** The result for a call that waits for it; null while nothing is decided. */
  @Nullable PickResult ready() {
    return ready;
  }

  /** Why it could not be made. */
  @Nullable Status failed() {
    return failed;
  }

  /** Whether it was there, and is there no more. */
  boolean isGone() {
    return gone;
  }

  /** Whether it was made with the mesh's TLS. */
  boolean isSecure() {
    return security.tls() != null && security.isApplied();
  }

  void connect() {
    EquivalentAddressGroup address =
        line.isChannels()
            ? new EquivalentAddressGroup(line.address())
            : new EquivalentAddressGroup(
                line.address(), Attributes.newBuilder().set(Security.KEY, security).build());
    Subchannel made =
        helper
            .channel()
            .createSubchannel(CreateSubchannelArgs.newBuilder().setAddresses(address).build());
    subchannel = made;
    made.start(this::changed);
    made.requestConnection();
  }

  void shutdown() {
    gone = true;
    ready = null;
    if (subchannel != null) {
      subchannel.shutdown();
    }
  }

  private void changed(ConnectivityStateInfo info) {
    switch (info.getState()) {
      case READY -> {
        if (line.mustBeSecure() && !security.isApplied()) {
          failed = NO_TLS;
          helper.drop(this);
        } else if (subchannel != null && !gone) {
          ready = PickResult.withSubchannel(subchannel);
          helper.connected(this);
        }
      }
      case TRANSIENT_FAILURE -> {
        failed = info.getStatus();
        helper.drop(this);
      }
      case IDLE -> {
        if (ready != null) {
          helper.drop(this);
        }
      }
      default -> {
        // Connecting, or shut down by us.
      }
    }
  }
}
