package io.weft.control.registry;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.weft.api.v1.Endpoint;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.PortTls;
import io.weft.control.compile.ServiceId;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One JVM that serves, as it stands in the store.
 *
 * @param uid new at each start of the JVM
 * @param owner replica that holds its stream
 * @param principal the SPIFFE ID its certificate has; empty if it has none
 * @param rootHash of the root its certificate's chain ends in; empty if it has none
 * @param trustHash of the Trust it believes; empty if it has none
 * @param addresses the first is the one callers use
 */
public record Instance(
    String uid,
    String namespace,
    String service,
    String principal,
    String owner,
    InstanceState state,
    List<String> addresses,
    List<Port> ports,
    Map<String, String> labels,
    String zone,
    int weight,
    String host,
    long pid,
    String rootHash,
    String trustHash) {

  public Instance {
    // Not there in what earlier versions wrote.
    rootHash = Objects.requireNonNullElse(rootHash, "");
    trustHash = Objects.requireNonNullElse(trustHash, "");
  }

  /** A port that it listens on. */
  public record Port(int number, String protocol, PortTls tls, String name, boolean plaintext) {

    public static Port of(InstancePort port) {
      return new Port(
          port.getNumber(), port.getProtocol(), port.getTls(), port.getName(), port.getPlaintext());
    }
  }

  /** Which service it is an instance of. */
  @JsonIgnore
  public ServiceId id() {
    return new ServiceId(namespace, service);
  }

  Instance with(InstanceState other) {
    return new Instance(
        uid, namespace, service, principal, owner, other, addresses, ports, labels, zone, weight,
        host, pid, rootHash, trustHash);
  }

  @JsonIgnore
  boolean isRoutable() {
    return !ports.isEmpty() && !addresses.isEmpty() && state != InstanceState.STARTING;
  }

  Endpoint endpoint() {
    Endpoint.Builder endpoint =
        Endpoint.newBuilder()
            .setUid(uid)
            .setAddress(addresses.get(0))
            .putAllLabels(labels)
            .setZone(zone)
            .setWeight(Math.max(1, weight))
            .setState(state)
            .setPrincipal(principal);
    for (Port port : ports) {
      endpoint.addPorts(
          InstancePort.newBuilder()
              .setNumber(port.number())
              .setProtocol(port.protocol())
              .setTls(port.tls())
              .setName(port.name())
              .setPlaintext(port.plaintext()));
    }
    return endpoint.build();
  }
}
