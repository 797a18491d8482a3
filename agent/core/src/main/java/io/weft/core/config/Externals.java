package io.weft.core.config;

import io.weft.api.v1.Endpoint;
import io.weft.api.v1.Endpoints;
import io.weft.core.external.External;
import io.weft.core.external.HostLookups;
import io.weft.core.inbound.IpRange;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Services that stand for hosts outside the mesh, and where those are just now. For one thread at a
 * time.
 */
final class Externals {
  private final Map<ServiceKey, Known> all = new HashMap<>();
  private final HostLookups lookups;

  private record Known(External external, List<Endpoint> written) {}

  Externals(HostLookups lookups) {
    this.lookups = lookups;
  }

  /**
   * One of them, as control sent it.
   *
   * @throws IllegalArgumentException in one line, if something in it cannot be built
   */
  void put(ServiceKey service, Endpoints endpoints) {
    all.put(service, new Known(External.of(endpoints.getExternal()), endpoints.getEndpointsList()));
  }

  void remove(ServiceKey service) {
    all.remove(service);
  }

  /** Whether it is known where its hosts are, or that nobody knows. */
  boolean isReady(ServiceKey service) {
    Known known = all.get(service);
    return known != null
        && known.written().stream()
            .map(Endpoint::getAddress)
            .allMatch(address -> isLiteral(address) || lookups.isAnswered(address));
  }

  /** Has names looked up that are not yet, and tells where all are by now. */
  void fill(Clusters clusters) {
    Set<String> names = new HashSet<>();
    for (Known known : all.values()) {
      for (Endpoint endpoint : known.written()) {
        if (!isLiteral(endpoint.getAddress())) {
          names.add(endpoint.getAddress());
        }
      }
    }
    lookups.want(names);
    all.forEach(
        (service, known) -> clusters.external(service, known.external(), located(known.written())));
  }

  // One for each address, which may be known by several names.
  private List<Endpoint> located(List<Endpoint> written) {
    Map<String, Endpoint> located = new LinkedHashMap<>();
    for (Endpoint endpoint : written) {
      Collection<String> addresses =
          isLiteral(endpoint.getAddress())
              ? List.of(endpoint.getAddress())
              : lookups.addresses(endpoint.getAddress());
      for (String address : addresses) {
        located.putIfAbsent(
            address, endpoint.toBuilder().setUid(address).setAddress(address).build());
      }
    }
    return List.copyOf(located.values());
  }

  private static boolean isLiteral(String address) {
    return IpRange.literal(address).length > 0;
  }
}
