package io.weft.instrumentation.grpc;

import io.grpc.ConnectivityState;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.Status;
import io.grpc.util.ForwardingLoadBalancerHelper;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a channel and the application's load balancer: calls of the mesh go to the
 * endpoint they name, all others where the balancer says.
 */
final class MeshHelper extends ForwardingLoadBalancerHelper {
  private final LoadBalancer.Helper channel;
  private final Map<Line, Wire> wires = new ConcurrentHashMap<>();

  // In the synchronization context.
  private ConnectivityState state = ConnectivityState.IDLE;
  private @Nullable SubchannelPicker picker;
  private boolean ended;

  MeshHelper(LoadBalancer.Helper channel) {
    this.channel = channel;
  }

  LoadBalancer.Helper channel() {
    return channel;
  }

  @Override
  protected LoadBalancer.Helper delegate() {
    return channel;
  }

  @Override
  public Subchannel createSubchannel(CreateSubchannelArgs args) {
    boolean mesh =
        args.getAddresses().stream()
            .anyMatch(group -> group.getAddresses().contains(MeshAddress.INSTANCE));
    return mesh ? new NoSubchannel(args.getAddresses()) : channel.createSubchannel(args);
  }

  @Override
  public void updateBalancingState(ConnectivityState newState, SubchannelPicker newPicker) {
    state = newState;
    picker = newPicker;
    publish();
  }

  /** Has the channel ask again for all calls that wait. */
  void publish() {
    if (!ended) {
      channel.updateBalancingState(shown(), new MeshPicker(picker));
    }
  }

  /** A wire can be used; those whose place it takes drain. */
  void connected(Wire wire) {
    wires.values().removeIf(other -> yields(other, wire));
    publish();
  }

  private static boolean yields(Wire other, Wire wire) {
    boolean yields = other != wire && other.ready() != null && other.line().yieldsTo(wire.line());
    if (yields) {
      other.shutdown();
    }
    return yields;
  }

  /** A wire is of no use any more. */
  void drop(Wire wire) {
    wires.remove(wire.line(), wire);
    wire.shutdown();
    publish();
  }

  /** The balancer ends. */
  void shutdown() {
    ended = true;
    wires.values().forEach(Wire::shutdown);
    wires.clear();
  }

  // As an application that watches its channel would have it.
  private ConnectivityState shown() {
    for (Wire wire : wires.values()) {
      if (wire.ready() != null) {
        return ConnectivityState.READY;
      }
    }
    return state;
  }

  private PickResult pick(Aim aim) {
    Status lost = aim.lost();
    if (lost != null) {
      return PickResult.withDrop(lost);
    }
    Wire wire = aim.wire();
    if (wire == null || wire.isGone()) {
      Status failed = wire == null ? null : wire.failed();
      if (failed != null) {
        // Whoever waited for it has waited in vain.
        return PickResult.withDrop(failed);
      }
      boolean first = wire == null;
      wire = wireOf(aim.line());
      aim.wire(wire);
      if (first && wire.ready() == null && aim.connectNanos() > 0) {
        expire(aim);
      }
    }
    PickResult ready = wire.ready();
    if (ready == null) {
      return PickResult.withNoResult();
    }
    aim.connected(wire);
    return ready;
  }

  private Wire wireOf(Line line) {
    Wire known = wires.get(line);
    if (known != null) {
      return known;
    }
    Wire made = new Wire(this, line);
    known = wires.putIfAbsent(line, made);
    if (known != null) {
      return known;
    }
    channel
        .getSynchronizationContext()
        .execute(
            () -> {
              if (!ended) {
                made.connect();
              }
            });
    return made;
  }

  private void expire(Aim aim) {
    var unused =
        channel
            .getSynchronizationContext()
            .schedule(
                () -> {
                  if (!aim.isConnected()) {
                    aim.lost(
                        Status.UNAVAILABLE.withDescription(
                            "no connection to " + aim.line().address()));
                    publish();
                  }
                },
                aim.connectNanos(),
                TimeUnit.NANOSECONDS,
                channel.getScheduledExecutorService());
  }

  /** Asked by the channel for each call, on the thread that makes it. */
  private final class MeshPicker extends SubchannelPicker {
    private final @Nullable SubchannelPicker others;

    MeshPicker(@Nullable SubchannelPicker others) {
      this.others = others;
    }

    @Override
    public PickResult pickSubchannel(PickSubchannelArgs args) {
      Aim aim = args.getCallOptions().getOption(Aim.KEY);
      if (aim != null) {
        return pick(aim);
      }
      return others == null ? PickResult.withNoResult() : others.pickSubchannel(args);
    }
  }
}
