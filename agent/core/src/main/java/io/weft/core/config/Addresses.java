package io.weft.core.config;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where the addresses of instances lead; one may be that of instances of several services. Confined
 * to the pushing thread.
 */
final class Addresses {
  // Where two services claim the same port of an address, the same one has it after every push.
  private static final Comparator<ServiceKey> BY_NAME = Comparator.comparing(ServiceKey::toString);

  private final Map<String, Map<ServiceKey, List<Destination>>> destinations = new HashMap<>();
  private final Map<ServiceKey, Set<String>> addresses = new HashMap<>();

  /**
   * Replaces what is known of some services.
   *
   * @param before where addresses led
   * @param changed by service, then address
   * @return where they lead now
   */
  Map<String, Host> replace(
      Map<String, Host> before, Map<ServiceKey, Map<String, List<Destination>>> changed) {
    Set<String> touched = new HashSet<>();
    changed.forEach((service, now) -> touched.addAll(replace(service, now)));
    if (touched.isEmpty()) {
      return before;
    }
    Map<String, Host> hosts = new HashMap<>(before);
    for (String address : touched) {
      Map<ServiceKey, List<Destination>> there = at(address);
      if (there.isEmpty()) {
        destinations.remove(address);
        hosts.remove(address);
      } else {
        Destination[] ports =
            there.values().stream().flatMap(List::stream).toArray(Destination[]::new);
        hosts.put(address, new Host(Destination.OUTSIDE, Destination.OUTSIDE, ports));
      }
    }
    return hosts;
  }

  /** The addresses that are touched. */
  private Set<String> replace(ServiceKey service, Map<String, List<Destination>> now) {
    Set<String> touched = new HashSet<>();
    Set<String> before = addresses.remove(service);
    if (before != null) {
      before.forEach(address -> at(address).remove(service));
      touched.addAll(before);
    }
    Set<String> after = new HashSet<>();
    now.forEach(
        (address, ports) -> {
          if (!ports.isEmpty()) {
            at(address).put(service, List.copyOf(ports));
            after.add(address);
          }
        });
    if (!after.isEmpty()) {
      addresses.put(service, after);
      touched.addAll(after);
    }
    return touched;
  }

  private Map<ServiceKey, List<Destination>> at(String address) {
    return destinations.computeIfAbsent(address, a -> new TreeMap<>(BY_NAME));
  }
}
