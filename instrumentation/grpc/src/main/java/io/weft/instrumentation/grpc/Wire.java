package io.weft.instrumentation.grpc;

import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.Status;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The channel's connection to one endpoint. It is made once: when it breaks or cannot be made, it
 * is dropped, and the next attempt makes another, since who is tried when is for the mesh to
 * decide. Changed in the channel's synchronization context alone, read anywhere.
 */
final class Wire {
  private final MeshHelper helper;
  private final InetSocketAddress address;
  private @Nullable Subchannel subchannel;
  private volatile @Nullable PickResult ready;
  private volatile @Nullable Status failed;
  private volatile boolean gone;

  Wire(MeshHelper helper, InetSocketAddress address) {
    this.helper = helper;
    this.address = address;
  }

  InetSocketAddress address() {
    return address;
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

  void connect() {
    Subchannel made =
        helper
            .channel()
            .createSubchannel(
                CreateSubchannelArgs.newBuilder()
                    .setAddresses(new EquivalentAddressGroup(address))
                    .build());
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
        if (subchannel != null && !gone) {
          ready = PickResult.withSubchannel(subchannel);
          helper.publish();
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
