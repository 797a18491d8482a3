package io.weft.control.compile;

import io.weft.api.v1.Backend;
import io.weft.api.v1.Endpoints;
import io.weft.api.v1.Inbound;
import io.weft.api.v1.Names;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.RouteRule;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.ServicePort;
import io.weft.api.v1.Shadow;
import io.weft.api.v1.Source;
import io.weft.control.accept.Accepted;
import io.weft.control.accept.Accepted.InForce;
import io.weft.control.document.Document;
import io.weft.control.document.Fields;
import io.weft.control.document.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Documents to resources: a pure function of what is in force and of the services known, so that
 * every replica makes the same. Results are kept, one for each callee and set of documents that
 * matches a caller. Confined to one thread.
 */
public final class Compiler {

  /** Bytes of text that decide a config, and so name it within one compiler. */
  private record ConfigKey(ServiceId callee, List<InForce> documents) {}

  private record CallKey(Caller caller, ServiceId callee) {}

  private record NamesKey(String namespace, Optional<InForce> egress) {}

  private record Principal(String namespace, String name) {}

  private final Accepted accepted;
  private final Map<Principal, ServiceId> listing = new HashMap<>();
  private final Map<ServiceId, ServiceName> services = new TreeMap<>();
  private final Map<NamesKey, Resource> names = new HashMap<>();
  private final Map<ConfigKey, Resource> configs = new HashMap<>();
  private final Map<CallKey, Resource> calls = new HashMap<>();
  private final Map<ServiceId, List<InForce>> ruling = new HashMap<>();
  private final Map<ServiceId, Resource> inbound = new HashMap<>();
  private final List<InForce> egresses = new ArrayList<>();
  private final Map<ServiceId, InForce> external = new HashMap<>();
  private final Map<ServiceId, Resource> externalEndpoints = new HashMap<>();

  /**
   * @param registered services that nobody wrote a document for, by their first registration
   */
  public Compiler(Accepted accepted, Map<ServiceId, ServiceName> registered) {
    this.accepted = accepted;
    services.putAll(registered);
    for (InForce each : accepted.documents().values()) {
      if (each.document().key().kind() == Kind.EGRESS) {
        egresses.add(each);
      }
      if (each.document().key().kind() == Kind.EXTERNAL_SERVICE) {
        ServiceName name = ExternalParts.name(each.document());
        ServiceId id = new ServiceId(name.getNamespace(), name.getName());
        services.put(id, name);
        external.put(id, each);
      }
      if (each.document().key().kind() == Kind.SERVICE) {
        ServiceName name = serviceName(each);
        ServiceId id = new ServiceId(name.getNamespace(), name.getName());
        services.put(id, name);
        for (String principal : principals(id)) {
          listing.putIfAbsent(new Principal(id.namespace(), principal), id);
        }
      }
    }
  }

  /** Every service that can be called from somewhere. */
  public Map<ServiceId, ServiceName> services() {
    return services;
  }

  /** Principals that may register as a service; empty for everybody. */
  public List<String> principals(ServiceId service) {
    return document(service)
        .map(each -> each.document().spec().texts("principals"))
        .orElse(List.of());
  }

  /** Whether a service stands for hosts outside the mesh. */
  public boolean isExternal(ServiceId service) {
    return external.containsKey(service);
  }

  /** Where the hosts are that an external service stands for; empty of any other service. */
  public Optional<Resource> externalEndpoints(ServiceId service) {
    return Optional.ofNullable(external.get(service))
        .map(
            document ->
                externalEndpoints.computeIfAbsent(
                    service,
                    id -> {
                      Endpoints endpoints =
                          ExternalParts.endpoints(document.document(), source(document));
                      return Resource.newBuilder()
                          .setVersion(
                              version(ResourceType.ENDPOINTS, id.toString(), Hashes.of(endpoints)))
                          .setEndpoints(endpoints)
                          .build();
                    }));
  }

  /** The first service of a namespace that lists a principal; empty if none does. */
  public Optional<ServiceId> listing(String namespace, String principal) {
    return Optional.ofNullable(listing.get(new Principal(namespace, principal)));
  }

  /** Whether callers of a namespace may know of a service. */
  public boolean isVisible(ServiceId service, String namespace) {
    return service.namespace().equals(namespace) || !isPrivate(service);
  }

  /** The names that a caller may use, and what becomes of its calls to others. */
  public Resource names(Caller caller) {
    return names.computeIfAbsent(
        new NamesKey(caller.service().namespace(), egress(caller)),
        key -> {
          Names.Builder all = Names.newBuilder();
          services.forEach(
              (id, name) -> {
                if (isVisible(id, key.namespace())) {
                  all.addServices(name);
                }
              });
          key.egress().ifPresent(d -> all.setEgress(PolicyParts.egress(d.document(), source(d))));
          Names built = all.build();
          return Resource.newBuilder()
              .setVersion(version(ResourceType.NAMES, "", Hashes.of(built)))
              .setNames(built)
              .build();
        });
  }

  private Optional<InForce> egress(Caller caller) {
    return winner(egresses.stream().filter(each -> takes(each, caller)).toList(), Kind.EGRESS, "");
  }

  /** What a caller needs to call a service. */
  public Resource config(Caller caller, ServiceId callee) {
    return calls.computeIfAbsent(
        new CallKey(caller, callee),
        call ->
            config(callee, ruling(callee).stream().filter(each -> takes(each, caller)).toList()));
  }

  private Resource config(ServiceId callee, List<InForce> matching) {
    return configs.computeIfAbsent(
        new ConfigKey(callee, matching),
        key -> {
          ServiceConfig config = compile(callee, matching);
          return Resource.newBuilder()
              .setVersion(
                  version(ResourceType.SERVICE_CONFIG, callee.toString(), Hashes.of(config)))
              .setServiceConfig(config)
              .build();
        });
  }

  // What rules calls to a service, whoever calls.
  private List<InForce> ruling(ServiceId callee) {
    return ruling.computeIfAbsent(
        callee,
        service ->
            accepted.documents().values().stream()
                .filter(each -> each.document().rulesCallers())
                .filter(
                    each ->
                        each.document().scope().takesCallee(service.namespace(), service.name()))
                .toList());
  }

  private static boolean takes(InForce policy, Caller caller) {
    return policy
        .document()
        .scope()
        .takesCaller(caller.service().namespace(), caller.service().name(), caller.labels());
  }

  /** What a service enforces on those who call it. */
  public Resource inbound(ServiceId service) {
    return inbound.computeIfAbsent(
        service,
        callee -> {
          Inbound compiled = compileInbound(callee, guarding(callee));
          return Resource.newBuilder()
              .setVersion(version(ResourceType.INBOUND, "", Hashes.of(compiled)))
              .setInbound(compiled)
              .build();
        });
  }

  private List<InForce> guarding(ServiceId callee) {
    return accepted.documents().values().stream()
        .filter(each -> each.document().rulesCallees())
        .filter(each -> each.document().scope().takesCallee(callee.namespace(), callee.name()))
        .toList();
  }

  private static Inbound compileInbound(ServiceId service, List<InForce> matching) {
    Inbound.Builder compiled =
        Inbound.newBuilder().setNamespace(service.namespace()).setService(service.name());
    winner(matching, Kind.MUTUAL_TLS, "")
        .ifPresent(d -> compiled.setMutualTls(InboundParts.mutualTls(d.document(), source(d))));
    for (InForce each : matching) {
      if (each.document().key().kind() == Kind.AUTHORIZATION) {
        compiled.addAuthorizations(InboundParts.authorization(each.document(), source(each)));
      }
    }
    // Of each issuer, the most specific one.
    Map<String, List<InForce>> byIssuer = new TreeMap<>();
    for (InForce each : matching) {
      if (each.document().key().kind() == Kind.JWT_AUTHENTICATION) {
        byIssuer
            .computeIfAbsent(each.document().conf().text("issuer"), i -> new ArrayList<>())
            .add(each);
      }
    }
    for (List<InForce> same : byIssuer.values()) {
      winner(same, Kind.JWT_AUTHENTICATION, "")
          .ifPresent(
              d ->
                  compiled.addJwtAuthentications(
                      InboundParts.jwtAuthentication(d.document(), source(d))));
    }
    winner(matching, Kind.RATE_LIMIT, "")
        .ifPresent(d -> compiled.setRateLimit(InboundParts.rateLimit(d.document(), source(d))));
    winner(matching, Kind.FAULT, "")
        .ifPresent(d -> compiled.setFault(PolicyParts.fault(d.document(), source(d))));
    winner(matching, Kind.TELEMETRY, "")
        .ifPresent(d -> compiled.setTelemetry(PolicyParts.telemetry(d.document(), source(d))));
    return compiled.build();
  }

  private static ServiceConfig compile(ServiceId callee, List<InForce> matching) {
    ServiceConfig.Builder config =
        ServiceConfig.newBuilder().setNamespace(callee.namespace()).setName(callee.name());
    Optional<InForce> route = winner(matching, Kind.ROUTE, "");
    if (route.isPresent()) {
      config.setRoute(source(route.get()));
      for (Fields rule : route.get().document().conf().each("rules")) {
        config.addRules(withPolicies(RouteParts.rule(rule, callee), matching));
      }
    } else {
      config.addRules(
          withPolicies(
              RouteRule.newBuilder()
                  .addBackends(
                      Backend.newBuilder()
                          .setNamespace(callee.namespace())
                          .setService(callee.name())
                          .setWeight(1)),
              matching));
    }
    shadow(matching, Kind.ROUTE, "")
        .ifPresent(
            d -> {
              config.setShadowRoute(source(d));
              for (Fields rule : d.document().conf().each("rules")) {
                config.addShadowRules(withPolicies(RouteParts.rule(rule, callee), matching));
              }
            });
    return config.build();
  }

  private static RouteRule withPolicies(RouteRule.Builder rule, List<InForce> matching) {
    String name = rule.getName();
    winner(matching, Kind.TIMEOUT, name)
        .ifPresent(d -> rule.setTimeout(PolicyParts.timeout(d.document().conf(), source(d))));
    winner(matching, Kind.RETRY, name)
        .ifPresent(d -> rule.setRetry(PolicyParts.retry(d.document().conf(), source(d))));
    winner(matching, Kind.LOAD_BALANCER, name)
        .ifPresent(
            d -> rule.setLoadBalancer(PolicyParts.loadBalancer(d.document().conf(), source(d))));
    winner(matching, Kind.CIRCUIT_BREAKER, name)
        .ifPresent(
            d -> rule.setCircuitBreaker(PolicyParts.circuitBreaker(d.document(), source(d))));
    winner(matching, Kind.CONCURRENCY_LIMIT, name)
        .ifPresent(
            d -> rule.setConcurrencyLimit(PolicyParts.concurrencyLimit(d.document(), source(d))));
    winner(matching, Kind.OUTLIER_DETECTION, name)
        .ifPresent(
            d -> rule.setOutlierDetection(PolicyParts.outlierDetection(d.document(), source(d))));
    winner(matching, Kind.HEALTH_CHECK, name)
        .ifPresent(d -> rule.setHealthCheck(PolicyParts.healthCheck(d.document(), source(d))));
    winner(matching, Kind.FAULT, name)
        .ifPresent(d -> rule.setFault(PolicyParts.fault(d.document(), source(d))));
    winner(matching, Kind.TELEMETRY, name)
        .ifPresent(d -> rule.setTelemetry(PolicyParts.telemetry(d.document(), source(d))));
    Shadow shadow = shadow(matching, name);
    if (!shadow.equals(Shadow.getDefaultInstance())) {
      rule.setShadow(shadow);
    }
    return rule.build();
  }

  private static Shadow shadow(List<InForce> matching, String rule) {
    Shadow.Builder shadow = Shadow.newBuilder();
    shadow(matching, Kind.TIMEOUT, rule)
        .ifPresent(d -> shadow.setTimeout(PolicyParts.timeout(d.document().conf(), source(d))));
    shadow(matching, Kind.RETRY, rule)
        .ifPresent(d -> shadow.setRetry(PolicyParts.retry(d.document().conf(), source(d))));
    shadow(matching, Kind.LOAD_BALANCER, rule)
        .ifPresent(
            d -> shadow.setLoadBalancer(PolicyParts.loadBalancer(d.document().conf(), source(d))));
    return shadow.build();
  }

  private static Optional<InForce> winner(List<InForce> matching, Kind kind, String rule) {
    return winner(matching, kind, rule, each -> !kind.hasShadowsBeside() || !each.isShadow());
  }

  /** Of a kind whose shadows stand beside what is enforced, the one of these. */
  private static Optional<InForce> shadow(List<InForce> matching, Kind kind, String rule) {
    return winner(matching, kind, rule, Document::isShadow);
  }

  private static Optional<InForce> winner(
      List<InForce> matching, Kind kind, String rule, Predicate<Document> meant) {
    return matching.stream()
        .filter(each -> meant.test(each.document()))
        .filter(each -> each.document().key().kind() == kind)
        .filter(
            each -> {
              String route = each.document().scope().toRoute();
              return route.isEmpty() || route.equals(rule);
            })
        .max(Comparator.comparingInt(each -> each.document().scope().rank()));
  }

  private boolean isPrivate(ServiceId service) {
    return document(service)
        .map(each -> each.document().spec().text("visibility", "mesh").equals("namespace"))
        .orElse(false);
  }

  private Optional<InForce> document(ServiceId service) {
    InForce outside = external.get(service);
    if (outside != null) {
      return Optional.of(outside);
    }
    return Optional.ofNullable(
        accepted
            .documents()
            .get(
                new io.weft.control.document.Document.Key(
                    Kind.SERVICE, service.namespace(), service.name())));
  }

  private static ServiceName serviceName(InForce document) {
    ServiceName.Builder name =
        ServiceName.newBuilder()
            .setNamespace(document.document().key().namespace())
            .setName(document.document().key().name())
            .addAllHosts(document.document().spec().texts("hosts"));
    for (Fields port : document.document().spec().each("ports")) {
      name.addPorts(
          ServicePort.newBuilder()
              .setName(port.text("name"))
              .setNumber(port.whole("number", 0))
              .setProtocol(port.text("protocol", "http")));
    }
    return name.build();
  }

  private static Source source(InForce document) {
    return Source.newBuilder()
        .setKind(document.document().key().kind().word())
        .setNamespace(document.document().key().namespace())
        .setName(document.document().key().name())
        .setGeneration(document.generation())
        .build();
  }

  private static ResourceVersion version(ResourceType type, String name, String hash) {
    return ResourceVersion.newBuilder().setType(type).setName(name).setHash(hash).build();
  }
}
