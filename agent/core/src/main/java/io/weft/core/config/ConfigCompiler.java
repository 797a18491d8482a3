package io.weft.core.config;

import io.weft.api.v1.Backend;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.ServicePort;
import io.weft.core.balance.Balancing;
import io.weft.core.balance.Cluster;
import io.weft.core.breaker.BreakerPolicy;
import io.weft.core.breaker.CircuitBreaker;
import io.weft.core.limit.ConcurrencyLimit;
import io.weft.core.limit.LimitPolicy;
import io.weft.core.retry.AnswerTimes;
import io.weft.core.retry.RetryBudget;
import io.weft.core.route.RouteCompiler;
import io.weft.core.route.RouteTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes all that a host name can lead to of names and configs. For one push. */
final class ConfigCompiler {
  private final String namespace;
  private final String zone;
  private final Services services;
  private final Function<Clusters.Key, Cluster> clusters;
  private final Function<ServiceKey, RetryBudget> budgets;
  private final Function<ServiceKey, AnswerTimes> times;
  private final Guards guards;
  private final Set<Clusters.Key> used = new HashSet<>();
  private final Set<Guards.Key> guarded = new HashSet<>();
  private final Map<ServiceKey, Host> compiled = new HashMap<>();

  /**
   * @param namespace whose services go by their bare names
   * @param zone where this process runs
   */
  ConfigCompiler(
      String namespace,
      String zone,
      Services services,
      Function<Clusters.Key, Cluster> clusters,
      Function<ServiceKey, RetryBudget> budgets,
      Function<ServiceKey, AnswerTimes> times,
      Guards guards) {
    this.namespace = namespace;
    this.zone = zone;
    this.services = services;
    this.clusters = clusters;
    this.budgets = budgets;
    this.times = times;
    this.guards = guards;
  }

  /**
   * Compiles one service.
   *
   * @param config null if it is not here
   * @throws IllegalArgumentException in one line, if something in it cannot be built
   */
  void add(ServiceKey service, @Nullable ServiceConfig config) {
    List<ServicePort> declared = services.ports(service);
    RetryBudget budget = budgets.apply(service);
    if (declared.isEmpty()) {
      // Nobody has said on which port it is called: it is the mesh's on any default one.
      Destination any = destination(service, 0, config, budget);
      compiled.put(service, new Host(any, any));
      return;
    }
    Destination[] ports = new Destination[declared.size()];
    for (int i = 0; i < ports.length; i++) {
      ports[i] = destination(service, declared.get(i).getNumber(), config, budget);
    }
    compiled.put(
        service,
        new Host(
            ports[first(declared, "http", "http2")],
            ports[first(declared, "grpc", "http2")],
            ports));
  }

  /** The first port of one of these protocols; the first of all if there is none. */
  private static int first(List<ServicePort> declared, String... protocols) {
    for (int i = 0; i < declared.size(); i++) {
      if (List.of(protocols).contains(declared.get(i).getProtocol())) {
        return i;
      }
    }
    return 0;
  }

  /** The clusters that what was compiled refers to. */
  Set<Clusters.Key> used() {
    return used;
  }

  /** What stands before the services that were compiled. */
  Set<Guards.Key> guarded() {
    return guarded;
  }

  /** What was compiled, by service. */
  Map<ServiceKey, Host> services() {
    return Map.copyOf(compiled);
  }

  /** What was compiled, by every name a service goes by. */
  Map<String, Host> hosts() {
    Map<String, Host> hosts = new HashMap<>();
    compiled.forEach(
        (service, host) ->
            services
                .hosts(service)
                .forEach(name -> hosts.putIfAbsent(Snapshot.lowerCase(name), host)));
    // Names of the mesh's own pattern go before whatever another service calls itself.
    compiled.forEach(
        (service, host) -> {
          String qualified = service.name() + "." + service.namespace();
          hosts.put(qualified, host);
          hosts.put(qualified + ".svc", host);
          hosts.put(qualified + ".svc.cluster.local", host);
          if (service.namespace().equals(namespace)) {
            hosts.put(service.name(), host);
          }
        });
    return Map.copyOf(hosts);
  }

  /** Instances by their addresses, for callers that choose one themselves. */
  Map<String, Host> addresses(Clusters instances) {
    Map<String, List<Destination>> found = new HashMap<>();
    compiled.forEach(
        (service, host) -> {
          for (io.weft.api.v1.Endpoint instance : instances.instances(service)) {
            if (Snapshot.isLiteral(instance.getAddress())) {
              pinned(service, host, instance, instances)
                  .forEach(
                      to ->
                          found
                              .computeIfAbsent(instance.getAddress(), a -> new ArrayList<>())
                              .add(to));
            }
          }
        });
    Map<String, Host> addresses = new HashMap<>();
    found.forEach(
        (address, ports) ->
            addresses.put(
                address,
                new Host(
                    Destination.OUTSIDE, Destination.OUTSIDE, ports.toArray(Destination[]::new))));
    return Map.copyOf(addresses);
  }

  private List<Destination> pinned(
      ServiceKey service, Host host, io.weft.api.v1.Endpoint instance, Clusters instances) {
    List<Destination> pinned = new ArrayList<>();
    for (ServicePort port : services.ports(service)) {
      Destination destination = host.port(port.getNumber(), false);
      InstancePort instancePort =
          InstancePorts.find(instance, services.ports(service), port.getNumber());
      if (instancePort != null && destination.routes() != null) {
        pinned.add(destination.pinnedTo(instances.endpoint(instance, instancePort)));
      }
    }
    return pinned;
  }

  private Destination destination(
      ServiceKey service, int port, @Nullable ServiceConfig config, RetryBudget budget) {
    return new Destination(
        service,
        port,
        config == null ? null : routes(service, config, port),
        budget,
        times.apply(service));
  }

  private RouteTable routes(ServiceKey called, ServiceConfig config, int port) {
    return new RouteCompiler(zone, new Lasting(called, port)).compile(config);
  }

  /** What of one port of a service outlives this push. */
  private final class Lasting implements RouteCompiler.Lasting {
    private final ServiceKey called;
    private final int port;

    Lasting(ServiceKey called, int port) {
      this.called = called;
      this.port = port;
    }

    @Override
    public Cluster cluster(Backend backend, Balancing balancing) {
      ServiceKey service = new ServiceKey(backend.getNamespace(), backend.getService());
      int wanted = backend.getPort() == 0 ? port : backend.getPort();
      Clusters.Key key =
          new Clusters.Key(
              service, services.portOf(service, wanted), backend.getLabelsMap(), balancing);
      used.add(key);
      return clusters.apply(key);
    }

    @Override
    public CircuitBreaker breaker(BreakerPolicy policy) {
      guarded.add(new Guards.Key(called, policy));
      return guards.breaker(called, policy);
    }

    @Override
    public ConcurrencyLimit limit(LimitPolicy policy) {
      guarded.add(new Guards.Key(called, policy));
      return guards.limit(called, policy);
    }
  }
}
