package io.weft.instrumentation.grpc;

import io.grpc.Attributes;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelStateListener;
import io.grpc.Status;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the application's load balancer gets for {@link MeshAddress}: it is never connected. A call
 * that comes here was left to the application by a fault in the agent.
 */
final class NoSubchannel extends Subchannel {
  private static final ConnectivityStateInfo NOBODY =
      ConnectivityStateInfo.forTransientFailure(
          Status.UNAVAILABLE.withDescription("a service of the mesh, called outside of it"));

  private final List<EquivalentAddressGroup> addresses;
  private @Nullable SubchannelStateListener listener;

  NoSubchannel(List<EquivalentAddressGroup> addresses) {
    this.addresses = addresses;
  }

  @Override
  public void start(SubchannelStateListener told) {
    listener = told;
  }

  @Override
  public void requestConnection() {
    if (listener != null) {
      listener.onSubchannelState(NOBODY);
    }
  }

  @Override
  public void shutdown() {
    if (listener != null) {
      listener.onSubchannelState(ConnectivityStateInfo.forNonError(ConnectivityState.SHUTDOWN));
    }
  }

  @Override
  public List<EquivalentAddressGroup> getAllAddresses() {
    return addresses;
  }

  @Override
  public Attributes getAttributes() {
    return Attributes.EMPTY;
  }

  @Override
  public void updateAddresses(List<EquivalentAddressGroup> others) {}
}
