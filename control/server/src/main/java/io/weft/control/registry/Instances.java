package io.weft.control.registry;

import io.weft.control.compile.ServiceId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All instances, found by their uid, by their service and by where they listen, so that what is
 * asked of one does not cost by how many there are. Confined to one thread.
 */
final class Instances {
  private final Map<String, Instance> all = new TreeMap<>();
  private final Map<ServiceId, Map<String, Instance>> byService = new HashMap<>();
  private final Map<Place, Map<String, Instance>> byPlace = new HashMap<>();

  private record Place(String address, int port) {}

  Collection<Instance> all() {
    return all.values();
  }

  Optional<Instance> get(String uid) {
    return Optional.ofNullable(all.get(uid));
  }

  /** Those of a service. */
  Collection<Instance> of(ServiceId service) {
    return byService.getOrDefault(service, Map.of()).values();
  }

  /** Others that say to listen where this one does: one of both is not what it says. */
  List<Instance> collidingWith(Instance instance) {
    Map<String, Instance> others = new TreeMap<>();
    for (Place place : places(instance)) {
      others.putAll(byPlace.getOrDefault(place, Map.of()));
    }
    others.remove(instance.uid());
    return List.copyOf(others.values());
  }

  /** Takes one in, in place of the one of its uid, which is returned. */
  @Nullable Instance put(Instance instance) {
    Instance before = remove(instance.uid());
    all.put(instance.uid(), instance);
    byService.computeIfAbsent(instance.id(), id -> new TreeMap<>()).put(instance.uid(), instance);
    for (Place place : places(instance)) {
      byPlace.computeIfAbsent(place, p -> new HashMap<>()).put(instance.uid(), instance);
    }
    return before;
  }

  @Nullable Instance remove(String uid) {
    Instance gone = all.remove(uid);
    if (gone != null) {
      byService.computeIfPresent(
          gone.id(),
          (id, same) -> {
            same.remove(uid);
            return same.isEmpty() ? null : same;
          });
      for (Place place : places(gone)) {
        byPlace.computeIfPresent(
            place,
            (p, there) -> {
              there.remove(uid);
              return there.isEmpty() ? null : there;
            });
      }
    }
    return gone;
  }

  private static Set<Place> places(Instance instance) {
    Set<Place> places = new HashSet<>();
    for (String address : instance.addresses()) {
      for (Instance.Port port : instance.ports()) {
        places.add(new Place(address, port.number()));
      }
    }
    return places;
  }
}
