package io.weft.control.push;

import io.weft.api.v1.Hook;
import io.weft.api.v1.Identity;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Registration;
import io.weft.control.compile.Caller;
import io.weft.control.compile.ServiceId;
import io.weft.control.join.Joined;
import io.weft.control.registry.Instance;
import java.util.ArrayList;
import java.util.List;

/**
 * Who is at the other end of a stream.
 *
 * @param identity what it says of itself
 * @param joined what its credential proves
 * @param spiffeId that its certificates have
 */
record Agent(Identity identity, Joined joined, String spiffeId, String remote) {

  String uid() {
    return identity.getUid();
  }

  ServiceId service() {
    return new ServiceId(identity.getNamespace(), identity.getService());
  }

  Caller caller() {
    return new Caller(service(), identity.getLabelsMap());
  }

  Instance instance(Registration registration, String replica) {
    List<String> addresses = new ArrayList<>(registration.getAddressesList());
    if (addresses.isEmpty()) {
      addresses.add(remote);
    }
    return new Instance(
        uid(),
        identity.getNamespace(),
        identity.getService(),
        registration.getSvid().getSpiffeId().equals(spiffeId) ? spiffeId : "",
        replica,
        registration.getState() == InstanceState.UNRECOGNIZED
            ? InstanceState.STARTING
            : registration.getState(),
        List.copyOf(addresses),
        registration.getPortsList().stream().map(Instance.Port::of).toList(),
        identity.getLabelsMap(),
        identity.getZone(),
        registration.getWeight(),
        identity.getHost(),
        identity.getPid(),
        registration.getSvid().getRootHash(),
        registration.getSvid().getTrustHash());
  }

  /** For status: what it hooked and what it left alone. */
  static String describe(Hook hook) {
    return hook.getLibrary()
        + (hook.getVersion().isEmpty() ? "" : " " + hook.getVersion())
        + (hook.getActive() ? "" : " (left alone: " + hook.getReason() + ")");
  }
}
