package io.weft.core.config;

import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.ServicePort;
import io.weft.core.balance.Balancing;
import io.weft.core.balance.Cluster;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.endpoint.EndpointHealth;
import io.weft.core.endpoint.EndpointLoad;
import io.weft.core.endpoint.EndpointTls;
import io.weft.core.external.External;
import io.weft.core.health.Checkups;
import io.weft.core.health.HealthChecks;
import io.weft.core.health.HealthPolicy;
import io.weft.core.outlier.OutlierPolicy;
import io.weft.core.outlier.Outliers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The instances of all services in use, and who of them stands behind which backend. What this JVM
 * has seen of an instance stays with it through pushes. Confined to the pushing thread.
 */
final class Clusters {
  private final Map<ServiceKey, List<io.weft.api.v1.Endpoint>> instances = new HashMap<>();
  private final Map<ServiceKey, External> externals = new HashMap<>();
  private final Map<Key, Cluster> clusters = new HashMap<>();
  private final Map<LoadKey, EndpointLoad> loads = new HashMap<>();
  private final Map<WatchKey, Outliers> outliers = new HashMap<>();
  private final Map<WatchKey, HealthChecks> checks = new HashMap<>();
  // What a push has brought, until it is filled in.
  private final Set<ServiceKey> moved = new HashSet<>();
  private final Set<Key> empty = new HashSet<>();
  private final Checkups checkups;
  private final ToIntFunction<ServiceKey> callers;

  /**
   * @param callers how many processes call a service, as far as is known
   */
  Clusters(Checkups checkups, ToIntFunction<ServiceKey> callers) {
    this.checkups = checkups;
    this.callers = callers;
  }

  /**
   * Replaces the instances of a service.
   *
   * @throws IllegalArgumentException in one line, if one of them is no place to send a call to
   */
  void instances(ServiceKey service, List<io.weft.api.v1.Endpoint> all) {
    all.forEach(Clusters::check);
    instances.put(service, all);
    moved.add(service);
    externals.remove(service);
  }

  /** Replaces where hosts outside the mesh are, each with the service's ports in their order. */
  void external(ServiceKey service, External external, List<io.weft.api.v1.Endpoint> all) {
    if (external.equals(externals.get(service)) && all.equals(instances.get(service))) {
      return;
    }
    instances(service, all);
    externals.put(service, external);
  }

  void remove(ServiceKey service) {
    instances.remove(service);
    moved.add(service);
    externals.remove(service);
  }

  /** Those of a service. */
  List<io.weft.api.v1.Endpoint> instances(ServiceKey service) {
    return instances.getOrDefault(service, List.of());
  }

  /** The instances that a backend stands for, known once {@link #fill} was called. */
  Cluster cluster(Key key) {
    return clusters.computeIfAbsent(
        key,
        k -> {
          empty.add(k);
          return new Cluster(k.toString(), k.balancing(), outliers(k), checks(k));
        });
  }

  // Shared by all that the same document rules: what is known outlives a change of its fields.
  private Outliers outliers(Key key) {
    return outliers.computeIfAbsent(key.outliers(), k -> new Outliers());
  }

  private HealthChecks checks(Key key) {
    return checks.computeIfAbsent(
        key.checks(),
        k -> new HealthChecks(key.toString(), checkups, () -> callers.applyAsInt(key.service())));
  }

  /** Forgets clusters that nobody uses. */
  void keep(Set<Key> used) {
    clusters.keySet().retainAll(used);
    outliers.keySet().retainAll(used.stream().map(Key::outliers).collect(Collectors.toSet()));
    Set<WatchKey> checked = used.stream().map(Key::checks).collect(Collectors.toSet());
    checks.forEach(
        (key, check) -> {
          if (!checked.contains(key)) {
            check.close();
          }
        });
    checks.keySet().retainAll(checked);
    empty.retainAll(used);
  }

  /**
   * Brings the members of clusters up to date.
   *
   * @param renamed whether the ports of services may be others than at the last push
   * @return the services whose instances are others
   */
  Set<ServiceKey> fill(Services services, boolean renamed) {
    if (renamed || !moved.isEmpty()) {
      clusters.forEach(
          (key, cluster) -> {
            if (renamed || moved.contains(key.service()) || empty.contains(key)) {
              cluster.members(members(key, services));
            }
          });
    } else {
      empty.forEach(key -> cluster(key).members(members(key, services)));
    }
    if (!moved.isEmpty()) {
      Set<String> known = new HashSet<>();
      instances.values().forEach(all -> all.forEach(instance -> known.add(instance.getUid())));
      loads.keySet().removeIf(key -> !known.contains(key.uid()));
    }
    Set<ServiceKey> filled = Set.copyOf(moved);
    moved.clear();
    empty.clear();
    return filled;
  }

  private List<Endpoint> members(Key key, Services services) {
    List<Endpoint> members = new ArrayList<>();
    External external = externals.get(key.service());
    List<ServicePort> ports = services.ports(key.service());
    for (io.weft.api.v1.Endpoint instance : instances(key.service())) {
      InstancePort port =
          external == null
              ? InstancePorts.find(instance, ports, key.port())
              : InstancePorts.inItsPlace(instance, ports, key.port());
      if (port != null && takesCalls(instance) && carries(instance, key.labels())) {
        members.add(endpoint(instance, port, external));
      }
    }
    return members;
  }

  /** One port of an instance, with what this JVM has seen of it. */
  Endpoint endpoint(io.weft.api.v1.Endpoint instance, InstancePort port) {
    return endpoint(instance, port, null);
  }

  private Endpoint endpoint(
      io.weft.api.v1.Endpoint instance, InstancePort port, @Nullable External external) {
    return new Endpoint(
        instance.getUid(),
        instance.getAddress(),
        port.getNumber(),
        switch (port.getTls()) {
          case MESH -> port.getPlaintext() ? EndpointTls.MESH_PREFERRED : EndpointTls.MESH;
          case APP -> EndpointTls.APP;
          case NONE, UNRECOGNIZED -> EndpointTls.NONE;
        },
        instance.getPrincipal(),
        instance.getLabelsMap(),
        instance.getZone(),
        Math.max(1, instance.getWeight()),
        instance.getState() == InstanceState.LOST,
        loads.computeIfAbsent(
            new LoadKey(instance.getUid(), port.getNumber()), k -> new EndpointLoad()),
        EndpointHealth.UNWATCHED,
        external);
  }

  private static boolean takesCalls(io.weft.api.v1.Endpoint instance) {
    return instance.getState() == InstanceState.READY || instance.getState() == InstanceState.LOST;
  }

  private static boolean carries(io.weft.api.v1.Endpoint instance, Map<String, String> labels) {
    return instance.getLabelsMap().entrySet().containsAll(labels.entrySet());
  }

  private static void check(io.weft.api.v1.Endpoint instance) {
    if (instance.getUid().isEmpty() || instance.getAddress().isEmpty()) {
      throw new IllegalArgumentException("an instance without uid or address: " + line(instance));
    }
    for (InstancePort port : instance.getPortsList()) {
      if (port.getNumber() < 1 || port.getNumber() > 65_535) {
        throw new IllegalArgumentException(
            "instance " + instance.getUid() + " has no port " + port.getNumber());
      }
    }
  }

  private static String line(io.weft.api.v1.Endpoint instance) {
    return instance.toString().strip().replace('\n', ' ');
  }

  /**
   * What a backend stands for: the instances of a service, on a port of it, that carry labels, and
   * how one of them is chosen.
   */
  record Key(ServiceKey service, int port, Map<String, String> labels, Balancing balancing) {
    Key {
      labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    }

    private WatchKey outliers() {
      OutlierPolicy policy = balancing.outliers();
      return new WatchKey(service, port, labels, policy == null ? "" : policy.document());
    }

    private WatchKey checks() {
      HealthPolicy policy = balancing.checks();
      return new WatchKey(service, port, labels, policy == null ? "" : policy.document());
    }

    /** {@code default/stock{version=v2}}. */
    @Override
    public String toString() {
      return labels.isEmpty() ? service.toString() : service + labels.toString();
    }
  }

  private record LoadKey(String uid, int port) {}

  /** The endpoints that a document watches together. */
  private record WatchKey(
      ServiceKey service, int port, Map<String, String> labels, String document) {}
}
