package io.weft.core.config;

import io.weft.api.v1.Endpoints;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Names;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.ServicePort;
import io.weft.core.balance.Cluster;
import io.weft.core.endpoint.Endpoint;
import io.weft.core.endpoint.EndpointLoad;
import io.weft.core.endpoint.EndpointTls;
import io.weft.core.link.DataPlane;
import io.weft.core.retry.RetryBudget;
import io.weft.core.route.RouteCompiler;
import io.weft.core.route.RouteTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The config in force: a snapshot behind one volatile field, made anew at each push from all
 * resources held, and beside it, keyed so that a push resets nothing, what changes by itself.
 *
 * <p>Reading is for any thread and takes no lock; {@link #apply} is for one thread at a time.
 */
public final class MeshConfig implements DataPlane {
  private final String namespace;
  private final Runnable changed;

  private volatile Snapshot snapshot = Snapshot.EMPTY;

  // What was pushed. Touched by the pushing thread alone.
  private Names names = Names.getDefaultInstance();
  private Map<ServiceKey, ServiceConfig> configs = Map.of();
  private final Map<ServiceKey, Endpoints> endpoints = new HashMap<>();

  // What lives on through pushes. Touched by the pushing thread alone.
  private final Map<ClusterKey, Cluster> clusters = new HashMap<>();
  private final Map<String, EndpointLoad> loads = new HashMap<>();
  private final Map<ServiceKey, RetryBudget> budgets = new HashMap<>();

  /**
   * @param namespace whose short names this process may use
   * @param changed run on the pushing thread after each push that is in force
   */
  public MeshConfig(String namespace, Runnable changed) {
    this.namespace = namespace;
    this.changed = changed;
  }

  /** Where a host and port lead; {@code port} is 0 or less where the URL names none. */
  public Destination destination(String host, int port) {
    return snapshot.destination(host, port);
  }

  /** The same destination as of now, for a call that waited for its config. */
  public Destination refresh(Destination destination) {
    Host host = snapshot.services().get(destination.service());
    Destination now = host == null ? Destination.OUTSIDE : host.port(destination.port());
    return now.isMesh() ? now : destination;
  }

  @Override
  public List<String> features() {
    return List.of();
  }

  @Override
  public List<ResourceError> apply(List<Resource> resources, List<ResourceVersion> removed) {
    List<ResourceError> errors = new ArrayList<>();
    Names newNames = names;
    Map<ServiceKey, ServiceConfig> newConfigs = new LinkedHashMap<>(configs);
    for (ResourceVersion gone : removed) {
      switch (gone.getType()) {
        case SERVICE_CONFIG -> newConfigs.remove(ServiceKey.parse(gone.getName()));
        case ENDPOINTS -> endpoints.remove(ServiceKey.parse(gone.getName()));
        default -> {}
      }
    }
    for (Resource resource : resources) {
      switch (resource.getBodyCase()) {
        case NAMES -> newNames = resource.getNames();
        case SERVICE_CONFIG -> {
          try {
            check(resource.getServiceConfig());
            newConfigs.put(
                ServiceKey.parse(resource.getVersion().getName()), resource.getServiceConfig());
          } catch (IllegalArgumentException e) {
            errors.add(error(resource, e));
          }
        }
        case ENDPOINTS -> {
          try {
            endpoints.put(
                ServiceKey.parse(resource.getVersion().getName()), resource.getEndpoints());
          } catch (IllegalArgumentException e) {
            errors.add(error(resource, e));
          }
        }
        default -> {}
      }
    }
    if (errors.isEmpty()) {
      names = newNames;
      configs = newConfigs;
    }
    snapshot = build();
    changed.run();
    return errors;
  }

  // Compiled for its errors alone: what it says is built with the names it goes with.
  private static void check(ServiceConfig config) {
    for (String need : config.getNeedsList()) {
      throw new IllegalArgumentException("needs " + need + ", which this agent does not have");
    }
    Cluster anywhere = new Cluster("");
    new RouteCompiler(backend -> anywhere).compile(config);
  }

  private Snapshot build() {
    Map<String, Host> hosts = new HashMap<>();
    Map<ServiceKey, Host> services = new HashMap<>();
    Map<ServiceKey, ServiceName> declared = new LinkedHashMap<>();
    for (ServiceName name : names.getServicesList()) {
      declared.put(new ServiceKey(name.getNamespace(), name.getName()), name);
    }
    Set<ClusterKey> used = new LinkedHashSet<>();
    declared.forEach(
        (key, name) -> {
          Host host = host(key, name, declared, used);
          services.put(key, host);
          for (String alias : name.getHostsList()) {
            hosts.putIfAbsent(alias, host);
          }
        });
    // A name of the mesh's own pattern goes before whatever another service calls itself.
    services.forEach((key, host) -> ownNames(key).forEach(own -> hosts.put(own, host)));
    fill(used, declared);
    pinned(hosts, declared);
    budgets.keySet().retainAll(declared.keySet());
    return new Snapshot(Map.copyOf(hosts), Map.copyOf(services));
  }

  private List<String> ownNames(ServiceKey key) {
    String qualified = key.name() + "." + key.namespace();
    List<String> own =
        new ArrayList<>(List.of(qualified, qualified + ".svc", qualified + ".svc.cluster.local"));
    if (key.namespace().equals(namespace)) {
      own.add(key.name());
    }
    return own;
  }

  private Host host(
      ServiceKey key,
      ServiceName name,
      Map<ServiceKey, ServiceName> declared,
      Set<ClusterKey> used) {
    RetryBudget budget = budgets.computeIfAbsent(key, k -> new RetryBudget());
    ServiceConfig config = configs.get(key);
    Destination[] ports = new Destination[name.getPortsCount()];
    for (int i = 0; i < ports.length; i++) {
      int number = name.getPorts(i).getNumber();
      RouteTable routes = config == null ? null : routes(config, number, declared, used);
      ports[i] = new Destination(key, number, routes, budget, null);
    }
    return new Host(ports.length == 0 ? Destination.OUTSIDE : ports[0], ports);
  }

  private RouteTable routes(
      ServiceConfig config, int port, Map<ServiceKey, ServiceName> declared, Set<ClusterKey> used) {
    return new RouteCompiler(
            backend -> {
              ServiceKey service = new ServiceKey(backend.getNamespace(), backend.getService());
              int wanted = backend.getPort() == 0 ? port : backend.getPort();
              ClusterKey cluster =
                  new ClusterKey(
                      service, portOf(declared.get(service), wanted), backend.getLabelsMap());
              used.add(cluster);
              return clusters.computeIfAbsent(cluster, k -> new Cluster(k.toString()));
            })
        .compile(config);
  }

  // A backend that does not declare the caller's port is reached on its primary one.
  private static int portOf(@Nullable ServiceName service, int wanted) {
    if (service == null || service.getPortsCount() == 0) {
      return wanted;
    }
    for (ServicePort port : service.getPortsList()) {
      if (port.getNumber() == wanted) {
        return wanted;
      }
    }
    return service.getPorts(0).getNumber();
  }

  private void fill(Set<ClusterKey> used, Map<ServiceKey, ServiceName> declared) {
    clusters.keySet().retainAll(used);
    Set<String> alive = new HashSet<>();
    clusters.forEach(
        (key, cluster) -> {
          ServicePort port = servicePort(declared.get(key.service()), key.port());
          List<Endpoint> members = new ArrayList<>();
          for (io.weft.api.v1.Endpoint endpoint : endpointsOf(key.service())) {
            if (endpoint.getState() != InstanceState.DRAINING
                && endpoint.getState() != InstanceState.STARTING
                && endpoint.getLabelsMap().entrySet().containsAll(key.labels().entrySet())) {
              InstancePort instancePort = instancePort(endpoint, port);
              if (instancePort != null) {
                members.add(endpoint(endpoint, instancePort, alive));
              }
            }
          }
          cluster.members(members);
        });
    loads.keySet().retainAll(alive);
  }

  private List<io.weft.api.v1.Endpoint> endpointsOf(ServiceKey service) {
    return endpoints.getOrDefault(service, Endpoints.getDefaultInstance()).getEndpointsList();
  }

  // An address that an application found by itself (another registry, a test) and that is one of
  // ours.
  private void pinned(Map<String, Host> hosts, Map<ServiceKey, ServiceName> declared) {
    Map<String, List<Destination>> byAddress = new HashMap<>();
    endpoints.forEach(
        (key, list) -> {
          ServiceName name = declared.get(key);
          ServiceConfig config = configs.get(key);
          if (name == null || config == null) {
            return;
          }
          for (io.weft.api.v1.Endpoint endpoint : list.getEndpointsList()) {
            for (ServicePort port : name.getPortsList()) {
              InstancePort instancePort = instancePort(endpoint, port);
              if (instancePort != null && isIpLiteral(endpoint.getAddress())) {
                byAddress
                    .computeIfAbsent(endpoint.getAddress(), a -> new ArrayList<>())
                    .add(
                        new Destination(
                            key,
                            instancePort.getNumber(),
                            routes(config, port.getNumber(), declared, new HashSet<>()),
                            Objects.requireNonNull(budgets.get(key)),
                            endpoint(endpoint, instancePort, new HashSet<>())));
              }
            }
          }
        });
    byAddress.forEach(
        (address, found) ->
            hosts.putIfAbsent(
                address, new Host(Destination.OUTSIDE, found.toArray(Destination[]::new))));
  }

  private Endpoint endpoint(
      io.weft.api.v1.Endpoint endpoint, InstancePort port, Set<String> alive) {
    String key = endpoint.getUid() + ":" + port.getNumber();
    alive.add(key);
    return new Endpoint(
        endpoint.getUid(),
        endpoint.getAddress(),
        port.getNumber(),
        switch (port.getTls()) {
          case MESH -> EndpointTls.MESH;
          case APP -> EndpointTls.APP;
          case NONE, UNRECOGNIZED -> EndpointTls.NONE;
        },
        endpoint.getLabelsMap(),
        Math.max(1, endpoint.getWeight()),
        endpoint.getState() == InstanceState.LOST,
        loads.computeIfAbsent(key, k -> new EndpointLoad()));
  }

  private static @Nullable ServicePort servicePort(@Nullable ServiceName service, int number) {
    if (service != null) {
      for (ServicePort port : service.getPortsList()) {
        if (port.getNumber() == number) {
          return port;
        }
      }
    }
    return null;
  }

  /**
   * The port on which an instance serves a port of its service: the one of its number, else of its
   * name, else its only one of that protocol, so that several instances can share an address.
   */
  private static @Nullable InstancePort instancePort(
      io.weft.api.v1.Endpoint endpoint, @Nullable ServicePort port) {
    if (port == null) {
      return null;
    }
    InstancePort named = null;
    InstancePort alike = null;
    int alikes = 0;
    for (InstancePort candidate : endpoint.getPortsList()) {
      if (candidate.getNumber() == port.getNumber()) {
        return candidate;
      }
      if (!port.getName().isEmpty() && port.getName().equals(candidate.getName())) {
        named = candidate;
      }
      if (candidate.getProtocol().equals(port.getProtocol())) {
        alike = candidate;
        alikes++;
      }
    }
    return named != null ? named : alikes == 1 ? alike : null;
  }

  private static boolean isIpLiteral(String address) {
    return address.indexOf(':') >= 0
        || (!address.isEmpty()
            && address.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9')));
  }

  private static ResourceError error(Resource resource, IllegalArgumentException reason) {
    return ResourceError.newBuilder()
        .setType(resource.getVersion().getType())
        .setName(resource.getVersion().getName())
        .setMessage(String.valueOf(reason.getMessage()))
        .build();
  }

  private record ClusterKey(ServiceKey service, int port, Map<String, String> labels) {
    @Override
    public String toString() {
      return labels.isEmpty() ? service.toString() : service + labels.toString();
    }
  }
}
