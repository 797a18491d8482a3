package io.weft.control.registry;

import io.weft.api.v1.ServiceName;
import io.weft.api.v1.ServicePort;
import io.weft.control.compile.ServiceId;
import java.util.List;

/**
 * A service that nobody wrote a document for, by its first registration.
 *
 * @param uid of the instance that it was made from; while that one lives, its ports are the
 *     service's
 */
record FirstSeen(String uid, List<Port> ports) {

  record Port(String name, int number, String protocol) {}

  static FirstSeen of(Instance instance) {
    return new FirstSeen(
        instance.uid(),
        instance.ports().stream()
            .map(port -> new Port(port.name(), port.number(), port.protocol()))
            .toList());
  }

  ServiceName name(ServiceId id) {
    ServiceName.Builder name =
        ServiceName.newBuilder().setNamespace(id.namespace()).setName(id.name());
    for (Port port : ports) {
      name.addPorts(
          ServicePort.newBuilder()
              .setName(port.name())
              .setNumber(port.number())
              .setProtocol(port.protocol()));
    }
    return name.build();
  }
}
