package io.weft.control.registry;

import io.weft.api.v1.ServiceName;
import io.weft.api.v1.ServicePort;
import io.weft.control.compile.ServiceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

  /** The same with the ports of an instance that have no counterpart of their protocol yet. */
  FirstSeen with(Instance instance) {
    List<Port> all = new ArrayList<>(ports);
    Map<String, Long> met = new HashMap<>();
    for (Instance.Port port : instance.ports()) {
      long place = met.merge(port.protocol(), 1L, Long::sum);
      long known = all.stream().filter(each -> each.protocol().equals(port.protocol())).count();
      if (known < place) {
        all.add(new Port(port.name(), port.number(), port.protocol()));
      }
    }
    return new FirstSeen(uid, List.copyOf(all));
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
