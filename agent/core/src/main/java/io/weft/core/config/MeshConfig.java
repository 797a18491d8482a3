package io.weft.core.config;

import io.weft.api.v1.Endpoints;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.ServiceConfig;
import io.weft.core.egress.EgressPolicy;
import io.weft.core.external.HostLookups;
import io.weft.core.health.Checkups;
import io.weft.core.link.DataPlane;
import io.weft.core.retry.AnswerTimes;
import io.weft.core.retry.RetryBudget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The config in force: a snapshot behind one volatile field, made anew at each push, and beside it,
 * keyed so that a push resets nothing, what changes by itself.
 *
 * <p>Reading is for any thread and takes no lock.
 */
public final class MeshConfig implements DataPlane {
  private final String namespace;
  private final String zone;
  private final Runnable changed;

  private volatile Snapshot snapshot;
  // How many processes call a service, where that is known to be many.
  private volatile Map<String, Integer> callers = Map.of();

  // Touched by one thread at a time, which pushes or has looked names up.
  private final Clusters clusters;
  private final Addresses addresses = new Addresses();
  private final Externals externals = new Externals(new HostLookups(this::lookedUp));
  private final Map<ServiceKey, RetryBudget> budgets = new HashMap<>();
  private final Map<ServiceKey, AnswerTimes> times = new HashMap<>();
  private final Guards guards = new Guards();
  private Services services = Services.NONE;
  private Map<ServiceKey, ServiceConfig> configs = Map.of();
  private ConfigCompiler compiler;

  /**
   * @param namespace whose short names this process may use
   * @param zone where this process runs
   * @param changed run on the pushing thread after each push that is in force
   */
  public MeshConfig(String namespace, String zone, Runnable changed) {
    this(namespace, zone, changed, Checkups.ofThisProcess(change -> {}));
  }

  /**
   * As above.
   *
   * @param checkups what endpoints are checked with
   */
  public MeshConfig(String namespace, String zone, Runnable changed, Checkups checkups) {
    this.namespace = namespace;
    this.zone = zone;
    this.changed = changed;
    this.clusters = new Clusters(checkups, service -> callers.getOrDefault(service.toString(), 1));
    this.compiler = compiler(Services.NONE);
    this.snapshot = new Snapshot(Map.of(), Map.of(), compiler, Outside.OPEN);
  }

  /** As below, of HTTP. */
  public Destination destination(String host, int port) {
    return destination(host, port, false);
  }

  /**
   * Where a host and port lead.
   *
   * @param port 0 or less where none is named: the service's first of the protocol
   */
  public Destination destination(String host, int port, boolean grpc) {
    return snapshot.destination(host, port, grpc);
  }

  /** Which hosts outside may be called; null where nothing says so. */
  public @Nullable EgressPolicy egress() {
    return snapshot.outside().policy();
  }

  /** The same destination as of now, for a call that waited for its config. */
  public Destination refresh(Destination destination) {
    Destination now = snapshot.refresh(destination);
    return now.isMesh() ? now : destination;
  }

  @Override
  public List<String> features() {
    return List.of();
  }

  @Override
  public synchronized List<ResourceError> apply(
      List<Resource> resources, List<ResourceVersion> removed) {
    List<ResourceError> errors = new ArrayList<>();
    endpoints(resources, removed, errors);
    apply(resources, removed, errors);
    return errors;
  }

  /** Hosts outside the mesh are somewhere else, or known to be anywhere. */
  private synchronized void lookedUp() {
    apply(List.of(), List.of(), new ArrayList<>());
  }

  private void apply(
      List<Resource> resources, List<ResourceVersion> removed, List<ResourceError> errors) {
    externals.fill(clusters);
    Services named = services;
    ConfigCompiler earlier = compiler;
    Set<ServiceKey> compiled = config(resources, removed, errors);
    boolean renamed = services != named;
    // What a push that was refused has made is not used either.
    if (renamed || !errors.isEmpty() || !compiler.usesTheSame(earlier, compiled)) {
      clusters.keep(compiler.used());
      guards.keep(compiler.guarded());
    }
    // Instances come before the rules that lead to them, so that no call finds a rule without them.
    Set<ServiceKey> moved = clusters.fill(services, renamed);
    Snapshot before = snapshot;
    snapshot =
        new Snapshot(
            hosts(before, earlier, compiled, renamed),
            addresses(before, compiled, moved, named),
            compiler,
            services.outside());
    if (renamed) {
      budgets.keySet().retainAll(services.keys());
      times.keySet().retainAll(services.keys());
    }
    changed.run();
  }

  @Override
  public void callers(Map<String, Integer> many) {
    callers = Map.copyOf(many);
  }

  private Map<String, Host> hosts(
      Snapshot before, ConfigCompiler earlier, Set<ServiceKey> compiled, boolean renamed) {
    if (renamed) {
      return compiler.hosts();
    }
    return compiled.isEmpty() ? before.hosts() : compiler.hosts(before.hosts(), earlier, compiled);
  }

  private Map<String, Host> addresses(
      Snapshot before, Set<ServiceKey> compiled, Set<ServiceKey> moved, Services named) {
    Set<ServiceKey> changed = new HashSet<>(compiled);
    changed.addAll(moved);
    if (services != named) {
      // Those that are gone.
      changed.addAll(named.keys());
    }
    Map<ServiceKey, Map<String, List<Destination>>> found = new HashMap<>();
    changed.forEach(service -> found.put(service, compiler.addresses(service, clusters)));
    return addresses.replace(before.addresses(), found);
  }

  private void endpoints(
      List<Resource> resources, List<ResourceVersion> removed, List<ResourceError> errors) {
    for (ResourceVersion gone : removed) {
      if (gone.getType() == ResourceType.ENDPOINTS) {
        ServiceKey service = ServiceKey.parse(gone.getName());
        clusters.remove(service);
        externals.remove(service);
      }
    }
    for (Resource resource : resources) {
      if (resource.hasEndpoints()) {
        try {
          endpoints(ServiceKey.parse(resource.getVersion().getName()), resource.getEndpoints());
        } catch (IllegalArgumentException e) {
          errors.add(error(resource.getVersion(), e));
        }
      }
    }
  }

  private void endpoints(ServiceKey service, Endpoints endpoints) {
    if (endpoints.hasExternal()) {
      externals.put(service, endpoints);
    } else {
      externals.remove(service);
      clusters.instances(service, endpoints.getEndpointsList());
    }
  }

  /**
   * Compiles what is new of names and configs, and all if names are.
   *
   * @return the services that were compiled and are in force now
   */
  private Set<ServiceKey> config(
      List<Resource> resources, List<ResourceVersion> removed, List<ResourceError> errors) {
    Services newServices = services;
    Map<ServiceKey, ServiceConfig> newConfigs = new LinkedHashMap<>(configs);
    Map<ServiceKey, ResourceVersion> pushed = new HashMap<>();
    Set<ServiceKey> changed = new HashSet<>(compiler.waiting());
    int errorsBefore = errors.size();
    for (ResourceVersion gone : removed) {
      if (gone.getType() == ResourceType.SERVICE_CONFIG) {
        ServiceKey service = ServiceKey.parse(gone.getName());
        if (newConfigs.remove(service) != null) {
          changed.add(service);
        }
      }
    }
    for (Resource resource : resources) {
      if (resource.hasNames()) {
        try {
          newServices = new Services(resource.getNames());
        } catch (IllegalArgumentException e) {
          errors.add(error(resource.getVersion(), e));
        }
      } else if (resource.hasServiceConfig()) {
        try {
          ServiceKey service = ServiceKey.parse(resource.getVersion().getName());
          checkNeeds(resource.getServiceConfig());
          newConfigs.put(service, resource.getServiceConfig());
          pushed.put(service, resource.getVersion());
          changed.add(service);
        } catch (IllegalArgumentException e) {
          errors.add(error(resource.getVersion(), e));
        }
      }
    }
    if (errors.size() > errorsBefore) {
      return Set.of();
    }
    ConfigCompiler fresh = compiler(newServices);
    if (newServices == services) {
      if (changed.isEmpty()) {
        return Set.of();
      }
      fresh.keep(compiler);
      changed.retainAll(newServices.keys());
    } else {
      changed = newServices.keys();
    }
    for (ServiceKey service : changed) {
      try {
        fresh.add(service, newConfigs.get(service));
      } catch (IllegalArgumentException e) {
        errors.add(error(pushed.getOrDefault(service, version(service)), e));
      }
    }
    if (errors.size() > errorsBefore) {
      return Set.of();
    }
    services = newServices;
    configs = newConfigs;
    compiler = fresh;
    return changed;
  }

  private ConfigCompiler compiler(Services of) {
    return new ConfigCompiler(
        namespace,
        zone,
        of,
        clusters::cluster,
        service -> budgets.computeIfAbsent(service, s -> new RetryBudget()),
        service -> times.computeIfAbsent(service, s -> new AnswerTimes()),
        guards,
        externals::isReady);
  }

  private static void checkNeeds(ServiceConfig config) {
    if (config.getNeedsCount() > 0) {
      throw new IllegalArgumentException(
          "needs " + config.getNeeds(0) + ", which this agent does not have");
    }
  }

  private static ResourceVersion version(ServiceKey service) {
    return ResourceVersion.newBuilder()
        .setType(ResourceType.SERVICE_CONFIG)
        .setName(service.toString())
        .build();
  }

  private static ResourceError error(ResourceVersion of, IllegalArgumentException reason) {
    return ResourceError.newBuilder()
        .setType(of.getType())
        .setName(of.getName())
        .setMessage(String.valueOf(reason.getMessage()))
        .build();
  }
}
