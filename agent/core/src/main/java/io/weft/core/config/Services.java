package io.weft.core.config;

import io.weft.api.v1.Names;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.ServicePort;
import io.weft.core.egress.EgressPolicy;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The services of the mesh with their ports and hosts, as Names tells them. Immutable. */
final class Services {
  static final Services NONE = new Services(Names.getDefaultInstance());

  private final Map<ServiceKey, ServiceName> services = new LinkedHashMap<>();
  private final Outside outside;

  /**
   * As control sent them.
   *
   * @throws IllegalArgumentException in one line, if something in them cannot be built
   */
  Services(Names names) {
    outside = names.hasEgress() ? new Outside(EgressPolicy.of(names.getEgress())) : Outside.OPEN;
    for (ServiceName name : names.getServicesList()) {
      services.put(new ServiceKey(name.getNamespace(), name.getName()), name);
    }
  }

  /** All hosts that are none of these. */
  Outside outside() {
    return outside;
  }

  Set<ServiceKey> keys() {
    return services.keySet();
  }

  /** The declared ports, the primary one first; empty if none is declared or nobody knows it. */
  List<ServicePort> ports(ServiceKey service) {
    ServiceName name = services.get(service);
    return name == null ? List.of() : name.getPortsList();
  }

  /** Further hosts a service answers to, beside those made of its name. */
  Collection<String> hosts(ServiceKey service) {
    ServiceName name = services.get(service);
    return name == null ? List.of() : name.getHostsList();
  }

  /** Whether it stands for hosts outside the mesh. */
  boolean isExternal(ServiceKey service) {
    ServiceName name = services.get(service);
    return name != null && name.getExternal();
  }

  /** The port on which a backend is reached: the one wanted if it declares it, else its primary. */
  int portOf(ServiceKey backend, int wanted) {
    List<ServicePort> ports = ports(backend);
    return ports.isEmpty() || ports.stream().anyMatch(port -> port.getNumber() == wanted)
        ? wanted
        : ports.get(0).getNumber();
  }
}
