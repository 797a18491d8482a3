package io.weft.core.link;

import io.weft.core.log.Log;
import io.weft.core.settings.HostPort;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The addresses of control in the order in which they are tried, round and round. */
final class ControlAddresses {

  private final List<HostPort> configured;
  private List<HostPort> all;
  private int current;

  ControlAddresses(List<HostPort> configured) {
    this.configured = List.copyOf(configured);
    this.all = this.configured;
  }

  HostPort current() {
    return all.get(current);
  }

  /** Turns to the next; after the last comes the first. */
  void advance() {
    current = (current + 1) % all.size();
  }

  int count() {
    return all.size();
  }

  /** Adds what a replica told of its peers; the configured ones stay, as they may come back. */
  void learn(List<String> replicas) {
    HostPort now = current();
    Set<HostPort> known = new LinkedHashSet<>(configured);
    for (String replica : replicas) {
      try {
        known.add(HostPort.parse(replica, now.port()));
      } catch (IllegalArgumentException e) {
        Log.debug("control named a replica that is no address: " + e.getMessage());
      }
    }
    known.add(now);
    all = new ArrayList<>(known);
    current = all.indexOf(now);
  }
}
