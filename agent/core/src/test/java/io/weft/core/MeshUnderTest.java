package io.weft.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.weft.api.v1.Endpoint;
import io.weft.api.v1.Endpoints;
import io.weft.api.v1.External;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.InstanceState;
import io.weft.api.v1.Names;
import io.weft.api.v1.PortTls;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.ServicePort;
import io.weft.core.call.CallObserver;
import io.weft.core.call.Deadlines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A mesh as an agent would hold it, stated as users and instances would: documents in YAML, and
 * instances one by one. Every change is pushed at once.
 */
public final class MeshUnderTest {

  /** The port on which the services of tests are called. */
  public static final int PORT = 8080;

  /** Where the caller runs. */
  public static final String ZONE = "eu-1a";

  private static final YAMLMapper YAML = new YAMLMapper();

  private final Map<String, Map<String, Endpoint>> endpoints = new LinkedHashMap<>();
  private final Map<String, Endpoints> externals = new LinkedHashMap<>();
  private final List<JsonNode> documents = new ArrayList<>();
  private final List<String> wanted = new ArrayList<>();
  private final Mesh mesh;

  public MeshUnderTest() {
    this(CallObserver.NONE, Deadlines.NONE);
  }

  public MeshUnderTest(CallObserver observer, Deadlines deadlines) {
    this(observer, deadlines, RandomGeneratorFactory.of("L64X128MixRandom").create(42));
  }

  public MeshUnderTest(CallObserver observer, Deadlines deadlines, RandomGenerator chance) {
    this.mesh = new Mesh("default", ZONE, observer, deadlines, wanted::add, chance);
  }

  /** The mesh itself. */
  public Mesh mesh() {
    return mesh;
  }

  /** The services whose config calls have asked for. */
  public List<String> wanted() {
    return wanted;
  }

  /** A service with instances named by their uids, each on port 8080 of a host of that name. */
  public MeshUnderTest service(String name, String... uids) {
    endpoints.putIfAbsent(name, new LinkedHashMap<>());
    Arrays.stream(uids).forEach(uid -> put(name, instance(uid)));
    push();
    return this;
  }

  /** A name for hosts outside, which are called on ports 80 and 443 and listen on 80 and 443. */
  public MeshUnderTest external(String name, External.Builder hosts, String... addresses) {
    Endpoints.Builder all = Endpoints.newBuilder().setExternal(hosts);
    for (String address : addresses) {
      all.addEndpoints(
          Endpoint.newBuilder()
              .setUid(address)
              .setAddress(address)
              .setWeight(1)
              .setState(InstanceState.READY)
              .addPorts(port(hosts.hasTls() ? 443 : 80))
              .addPorts(port(443)));
    }
    externals.put(name, all.build());
    push();
    return this;
  }

  private static InstancePort port(int number) {
    return InstancePort.newBuilder()
        .setNumber(number)
        .setProtocol("http")
        .setTls(PortTls.APP)
        .build();
  }

  /** One more instance, or the same with another record. */
  public MeshUnderTest instance(String service, Endpoint.Builder instance) {
    endpoints.putIfAbsent(service, new LinkedHashMap<>());
    put(service, instance);
    push();
    return this;
  }

  /** An instance is gone for good. */
  public MeshUnderTest without(String service, String uid) {
    endpoints.getOrDefault(service, Map.of()).remove(uid);
    push();
    return this;
  }

  /** Documents as a user writes them. */
  public MeshUnderTest policy(String yaml) {
    try (MappingIterator<JsonNode> nodes =
        YAML.readerFor(JsonNode.class).readValues(YAML.getFactory().createParser(yaml))) {
      nodes.forEachRemaining(documents::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    push();
    return this;
  }

  /** A ready instance of weight 1 without labels. */
  public static Endpoint.Builder instance(String uid) {
    return Endpoint.newBuilder()
        .setUid(uid)
        .setAddress(uid)
        .setWeight(1)
        .setState(InstanceState.READY)
        .addPorts(InstancePort.newBuilder().setNumber(PORT).setProtocol("http"));
  }

  /** Puts all in force anew, as a push does that says nothing new. */
  public void push() {
    List<Resource> resources = new ArrayList<>();
    Resource services = names(endpoints.keySet());
    Names.Builder all = services.getNames().toBuilder();
    externals.forEach(
        (name, hosts) ->
            all.addServices(
                ServiceName.newBuilder()
                    .setNamespace("default")
                    .setName(name)
                    .addAllHosts(hosts.getExternal().getHostsList())
                    .addPorts(ServicePort.newBuilder().setNumber(80).setProtocol("http"))
                    .addPorts(ServicePort.newBuilder().setNumber(443).setProtocol("https"))
                    .setExternal(true)));
    Resource names = services.toBuilder().setNames(all).build();
    resources.add(
        CompiledPolicies.egress(documents)
            .map(
                egress ->
                    names.toBuilder()
                        .setNames(names.getNames().toBuilder().setEgress(egress))
                        .build())
            .orElse(names));
    for (String service : endpoints.keySet()) {
      resources.add(config(service, CompiledPolicies.of(service, documents)));
      resources.add(endpoints(service, endpoints.get(service).values()));
    }
    externals.forEach(
        (name, hosts) -> {
          resources.add(config(name, CompiledPolicies.of(name, documents)));
          resources.add(endpoints(name, List.of()).toBuilder().setEndpoints(hosts).build());
        });
    List<ResourceError> errors = mesh.dataPlane().apply(resources, List.of());
    if (!errors.isEmpty()) {
      documents.remove(documents.size() - 1);
      throw new IllegalArgumentException(errors.toString());
    }
  }

  /** Names of services with port 8080. */
  public static Resource names(Iterable<String> services) {
    Names.Builder names = Names.newBuilder();
    for (String service : services) {
      names.addServices(
          ServiceName.newBuilder()
              .setNamespace("default")
              .setName(service)
              .addPorts(ServicePort.newBuilder().setNumber(PORT).setProtocol("http")));
    }
    return Resource.newBuilder()
        .setVersion(ResourceVersion.newBuilder().setType(ResourceType.NAMES))
        .setNames(names)
        .build();
  }

  /** The config of a service in the default namespace. */
  public static Resource config(String service, ServiceConfig config) {
    return Resource.newBuilder()
        .setVersion(
            ResourceVersion.newBuilder()
                .setType(ResourceType.SERVICE_CONFIG)
                .setName("default/" + service))
        .setServiceConfig(config)
        .build();
  }

  /** The endpoints of a service in the default namespace. */
  public static Resource endpoints(String service, Iterable<Endpoint> endpoints) {
    return Resource.newBuilder()
        .setVersion(
            ResourceVersion.newBuilder()
                .setType(ResourceType.ENDPOINTS)
                .setName("default/" + service))
        .setEndpoints(Endpoints.newBuilder().addAllEndpoints(endpoints))
        .build();
  }

  private void put(String service, Endpoint.Builder instance) {
    endpoints
        .computeIfAbsent(service, s -> new LinkedHashMap<>())
        .put(instance.getUid(), instance.build());
  }
}
