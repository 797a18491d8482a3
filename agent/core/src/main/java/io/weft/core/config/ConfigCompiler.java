package io.weft.core.config;

import io.weft.api.v1.Backend;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.RouteRule;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.ServicePort;
import io.weft.core.balance.Balancing;
import io.weft.core.balance.Cluster;
import io.weft.core.breaker.BreakerPolicy;
import io.weft.core.breaker.CircuitBreaker;
import io.weft.core.egress.EgressPolicy;
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
import java.util.function.Predicate;
import java.util.stream.Stream;
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
  private final Predicate<ServiceKey> isReady;
  private final Map<ServiceKey, Compiled> compiled = new HashMap<>();
  private final Set<ServiceKey> waiting = new HashSet<>();

  /**
   * What became of a service.
   *
   * @param outside where the hosts of an external service lead; null for a service of the mesh
   */
  private record Compiled(Host host, @Nullable Host outside, Uses uses) {
    /** Where its hosts lead. */
    Host byAlias() {
      return outside == null ? host : outside;
    }
  }

  /** What of that which outlives a push a service refers to. */
  private record Uses(Set<Clusters.Key> clusters, Set<Guards.Key> guards) {}

  /**
   * @param namespace whose services go by their bare names
   * @param zone where this process runs
   * @param isReady whether it is known where the hosts are that an external service stands for
   */
  ConfigCompiler(
      String namespace,
      String zone,
      Services services,
      Function<Clusters.Key, Cluster> clusters,
      Function<ServiceKey, RetryBudget> budgets,
      Function<ServiceKey, AnswerTimes> times,
      Guards guards,
      Predicate<ServiceKey> isReady) {
    this.namespace = namespace;
    this.zone = zone;
    this.services = services;
    this.clusters = clusters;
    this.budgets = budgets;
    this.times = times;
    this.guards = guards;
    this.isReady = isReady;
  }

  /** Takes over what an earlier push has compiled; only where names are the same. */
  void keep(ConfigCompiler earlier) {
    compiled.putAll(earlier.compiled);
    waiting.addAll(earlier.waiting);
  }

  /**
   * Compiles one service.
   *
   * @param config null if it is not here
   * @throws IllegalArgumentException in one line, if something in it cannot be built
   */
  void add(ServiceKey service, @Nullable ServiceConfig config) {
    Uses uses = new Uses(new HashSet<>(), new HashSet<>());
    waiting.remove(service);
    Host host = host(service, config, uses);
    Host outside =
        services.isExternal(service) ? Host.outside(host.primaryGrpc(), host.ports()) : null;
    compiled.put(service, new Compiled(host, outside, uses));
  }

  private Host host(ServiceKey service, @Nullable ServiceConfig config, Uses uses) {
    List<ServicePort> declared = services.ports(service);
    RetryBudget budget = budgets.apply(service);
    if (declared.isEmpty()) {
      // Nobody has said on which port it is called: it is the mesh's on any default one.
      Destination any = destination(service, 0, config, budget, uses);
      return new Host(any, any);
    }
    Destination[] ports = new Destination[declared.size()];
    for (int i = 0; i < ports.length; i++) {
      ports[i] = destination(service, declared.get(i).getNumber(), config, budget, uses);
    }
    return new Host(
        ports[first(declared, "http", "http2")], ports[first(declared, "grpc", "http2")], ports);
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

  /** The services that wait until it is known where hosts outside the mesh are. */
  Set<ServiceKey> waiting() {
    return waiting;
  }

  /** Whether some services refer to what they did before, and so nothing is to be forgotten. */
  boolean usesTheSame(ConfigCompiler earlier, Set<ServiceKey> changed) {
    for (ServiceKey service : changed) {
      Compiled was = earlier.compiled.get(service);
      Compiled is = compiled.get(service);
      if (was == null || is == null || !was.uses.equals(is.uses)) {
        return false;
      }
    }
    return true;
  }

  /** The clusters that what was compiled refers to. */
  Set<Clusters.Key> used() {
    Set<Clusters.Key> used = new HashSet<>();
    compiled.values().forEach(each -> used.addAll(each.uses.clusters));
    return used;
  }

  /** What stands before the services that were compiled. */
  Set<Guards.Key> guarded() {
    Set<Guards.Key> guarded = new HashSet<>();
    compiled.values().forEach(each -> guarded.addAll(each.uses.guards));
    return guarded;
  }

  /** Where a service leads; null for one that was not compiled. */
  @Nullable Host host(ServiceKey service) {
    Compiled found = compiled.get(service);
    return found == null ? null : found.host;
  }

  /** What was compiled, by every name a service goes by. */
  Map<String, Host> hosts() {
    Map<String, Host> hosts = new HashMap<>();
    compiled.forEach(
        (service, each) -> {
          if (each.outside == null) {
            aliases(service).forEach(name -> hosts.putIfAbsent(name, each.host));
          }
        });
    compiled.forEach(
        (service, each) -> {
          if (each.outside != null) {
            aliases(service).forEach(name -> hosts.put(name, each.outside));
          }
        });
    // Names of the mesh's own pattern go before whatever another service calls itself.
    compiled.forEach((service, each) -> names(service).forEach(name -> hosts.put(name, each.host)));
    return hosts;
  }

  /** The same, where only some services are others than before. */
  Map<String, Host> hosts(
      Map<String, Host> before, ConfigCompiler earlier, Set<ServiceKey> changed) {
    Map<String, Host> hosts = new HashMap<>(before);
    for (ServiceKey service : changed) {
      Compiled was = earlier.compiled.get(service);
      Compiled is = compiled.get(service);
      if (was != null && is != null) {
        aliases(service).forEach(name -> hosts.replace(name, was.byAlias(), is.byAlias()));
        names(service).forEach(name -> hosts.replace(name, was.host, is.host));
      }
    }
    return hosts;
  }

  private List<String> aliases(ServiceKey service) {
    List<String> aliases = services.hosts(service).stream().map(Snapshot::lowerCase).toList();
    // Outside, the dot of the root makes no other host of one.
    return services.isExternal(service)
        ? aliases.stream().flatMap(name -> Stream.of(name, name + ".")).toList()
        : aliases;
  }

  private List<String> names(ServiceKey service) {
    String qualified = service.name() + "." + service.namespace();
    List<String> names = new ArrayList<>(4);
    names.add(qualified);
    names.add(qualified + ".svc");
    names.add(qualified + ".svc.cluster.local");
    if (service.namespace().equals(namespace)) {
      names.add(service.name());
    }
    return names;
  }

  /** The instances of a service by their addresses, for callers that choose one themselves. */
  Map<String, List<Destination>> addresses(ServiceKey service, Clusters instances) {
    Host host = host(service);
    Map<String, List<Destination>> found = new HashMap<>();
    // An address outside the mesh may be that of other hosts as well.
    if (host != null && !services.isExternal(service)) {
      for (io.weft.api.v1.Endpoint instance : instances.instances(service)) {
        if (Snapshot.isLiteral(instance.getAddress())) {
          found
              .computeIfAbsent(instance.getAddress(), a -> new ArrayList<>())
              .addAll(pinned(service, host, instance, instances));
        }
      }
    }
    return found;
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
      ServiceKey service, int port, @Nullable ServiceConfig config, RetryBudget budget, Uses uses) {
    EgressPolicy egress = services.outside().policy();
    if (egress != null && !egress.shadow() && services.isExternal(service)) {
      for (String host : services.hosts(service)) {
        if (egress.deniesKnown(host, port)) {
          return Destination.denied(host, port, egress);
        }
      }
    }
    Destination destination =
        new Destination(
            service,
            port,
            config == null ? null : routes(service, config, port, uses),
            budget,
            times.apply(service));
    return config != null && destination.routes() == null
        ? destination.waitingForDns()
        : destination;
  }

  private boolean isReady(ServiceConfig config) {
    for (RouteRule rule : config.getRulesList()) {
      for (Backend backend : rule.getBackendsList()) {
        ServiceKey service = new ServiceKey(backend.getNamespace(), backend.getService());
        if (services.isExternal(service) && !isReady.test(service)) {
          return false;
        }
      }
    }
    return true;
  }

  private @Nullable RouteTable routes(
      ServiceKey called, ServiceConfig config, int port, Uses uses) {
    if (!isReady(config)) {
      waiting.add(called);
      return null;
    }
    return new RouteCompiler(zone, new Lasting(called, port, uses)).compile(config);
  }

  /** What of one port of a service outlives this push. */
  private final class Lasting implements RouteCompiler.Lasting {
    private final ServiceKey called;
    private final int port;
    private final Uses uses;

    Lasting(ServiceKey called, int port, Uses uses) {
      this.called = called;
      this.port = port;
      this.uses = uses;
    }

    @Override
    public Cluster cluster(Backend backend, Balancing balancing) {
      ServiceKey service = new ServiceKey(backend.getNamespace(), backend.getService());
      int wanted = backend.getPort() == 0 ? port : backend.getPort();
      Clusters.Key key =
          new Clusters.Key(
              service, services.portOf(service, wanted), backend.getLabelsMap(), balancing);
      uses.clusters.add(key);
      return clusters.apply(key);
    }

    @Override
    public CircuitBreaker breaker(BreakerPolicy policy) {
      uses.guards.add(new Guards.Key(called, policy));
      return guards.breaker(called, policy);
    }

    @Override
    public ConcurrencyLimit limit(LimitPolicy policy) {
      uses.guards.add(new Guards.Key(called, policy));
      return guards.limit(called, policy);
    }
  }
}
