package io.weft.core.config;

import static io.weft.core.MeshUnderTest.config;
import static io.weft.core.MeshUnderTest.endpoints;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.Backend;
import io.weft.api.v1.Endpoint;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.LoadBalancer;
import io.weft.api.v1.Names;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.RouteRule;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.ServicePort;
import io.weft.core.MeshUnderTest;
import io.weft.core.balance.Cluster;
import io.weft.core.route.RouteTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

class MeshConfigLawsTest {
  private static final List<String> SERVICES = List.of("a", "b", "c", "d");
  private static final List<String> ADDRESSES = List.of("10.0.0.1", "10.0.0.2", "10.0.0.3", "pod");

  /** All that was ever said and still holds, as the newest push of it. */
  private final Map<String, Resource> said = new LinkedHashMap<>();

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void whatManyPushesLeadToIsWhatOnePushOfItAllLeadsTo(@ForAll long seed) {
    Random chance = new Random(seed);
    MeshConfig grown = new MeshConfig("default", "", () -> {});
    said.clear();

    for (int push = 0; push < 30; push++) {
      List<Resource> resources = new ArrayList<>();
      List<ResourceVersion> removed = new ArrayList<>();
      for (int i = chance.nextInt(3); i >= 0; i--) {
        String service = SERVICES.get(chance.nextInt(SERVICES.size()));
        switch (chance.nextInt(6)) {
          case 0 -> resources.add(names(chance));
          case 1, 2 -> resources.add(config(service, routes(service, chance)));
          case 3, 4 -> resources.add(endpoints(service, instances(service, chance)));
          default -> {
            ResourceType type =
                chance.nextBoolean() ? ResourceType.SERVICE_CONFIG : ResourceType.ENDPOINTS;
            removed.add(
                ResourceVersion.newBuilder().setType(type).setName("default/" + service).build());
          }
        }
      }
      // As pushes do, which name a thing once.
      removed.removeIf(gone -> resources.stream().anyMatch(each -> key(each).equals(key(gone))));
      removed.forEach(gone -> said.remove(key(gone)));
      resources.forEach(resource -> said.put(key(resource), resource));

      assertThat(grown.apply(resources, removed)).isEmpty();

      MeshConfig whole = new MeshConfig("default", "", () -> {});
      assertThat(whole.apply(List.copyOf(said.values()), List.of())).isEmpty();
      assertThat(described(grown)).isEqualTo(described(whole));
    }
  }

  @Example
  void aPushOfOneServicesConfigLeavesWhatOthersWereMadeIntoAsItIs() {
    MeshConfig mesh = new MeshConfig("default", "", () -> {});
    Random chance = new Random(1);
    List<Resource> all = new ArrayList<>(List.of(allNames()));
    SERVICES.forEach(
        service -> {
          all.add(config(service, toItself(service, 1)));
          all.add(endpoints(service, instances(service, chance)));
        });
    assertThat(mesh.apply(all, List.of())).isEmpty();
    Destination other = mesh.destination("b", -1);
    Destination changed = mesh.destination("a", -1);

    assertThat(mesh.apply(List.of(config("a", toItself("a", 2))), List.of())).isEmpty();

    assertThat(mesh.destination("b", -1)).isSameAs(other);
    assertThat(mesh.destination("a", -1)).isNotSameAs(changed);
    assertThat(cluster(mesh.destination("a", -1))).isSameAs(cluster(changed));
  }

  @Example
  void aConfigThatCannotBeBuiltLeavesAllAsItIs() {
    MeshConfig mesh = new MeshConfig("default", "", () -> {});
    mesh.apply(List.of(allNames(), config("a", toItself("a", 1))), List.of());
    Destination before = mesh.destination("a", -1);
    ServiceConfig bad = toItself("a", 1).toBuilder().addNeeds("what nobody has").build();

    List<ResourceError> errors =
        mesh.apply(List.of(config("b", toItself("b", 1)), config("a", bad)), List.of());

    assertThat(errors).hasSize(1);
    assertThat(mesh.destination("a", -1)).isSameAs(before);
    assertThat(mesh.destination("b", -1).routes()).isNull();
    assertThat(mesh.apply(List.of(config("b", toItself("b", 1))), List.of())).isEmpty();
    assertThat(mesh.destination("b", -1).routes()).isNotNull();
  }

  private static String key(Resource resource) {
    return key(resource.getVersion());
  }

  private static String key(ResourceVersion version) {
    return version.getType() + " " + version.getName();
  }

  private static Resource allNames() {
    Names.Builder names = Names.newBuilder();
    SERVICES.forEach(service -> names.addServices(name(service, 8080)));
    return resource(names);
  }

  private static Resource names(Random chance) {
    Names.Builder names = Names.newBuilder();
    for (String service : SERVICES) {
      if (chance.nextInt(5) > 0) {
        ServiceName.Builder name = name(service, 8080);
        if (chance.nextBoolean()) {
          name.addPorts(ServicePort.newBuilder().setNumber(9090).setProtocol("grpc"));
        }
        if (chance.nextInt(5) == 0) {
          name.clearPorts();
        }
        names.addServices(name.addHosts(service + ".example.com"));
      }
    }
    return resource(names);
  }

  private static Resource resource(Names.Builder names) {
    return Resource.newBuilder()
        .setVersion(ResourceVersion.newBuilder().setType(ResourceType.NAMES))
        .setNames(names)
        .build();
  }

  private static ServiceName.Builder name(String service, int port) {
    return ServiceName.newBuilder()
        .setNamespace("default")
        .setName(service)
        .addPorts(ServicePort.newBuilder().setNumber(port).setProtocol("http"));
  }

  private static ServiceConfig toItself(String service, int weight) {
    return ServiceConfig.newBuilder()
        .setNamespace("default")
        .setName(service)
        .addRules(RouteRule.newBuilder().addBackends(backend(service).setWeight(weight)))
        .build();
  }

  private static ServiceConfig routes(String service, Random chance) {
    RouteRule.Builder rule = RouteRule.newBuilder().addBackends(backend(service));
    if (chance.nextBoolean()) {
      rule.addBackends(backend(SERVICES.get(chance.nextInt(SERVICES.size()))));
    }
    if (chance.nextInt(3) == 0) {
      rule.setLoadBalancer(
          LoadBalancer.newBuilder().setAlgorithm(LoadBalancer.Algorithm.ROUND_ROBIN));
    }
    if (chance.nextInt(3) == 0) {
      rule.getBackendsBuilder(0).putLabels("version", "v1");
    }
    return ServiceConfig.newBuilder()
        .setNamespace("default")
        .setName(service)
        .addRules(rule)
        .build();
  }

  private static Backend.Builder backend(String service) {
    return Backend.newBuilder().setNamespace("default").setService(service).setWeight(1);
  }

  private static List<Endpoint> instances(String service, Random chance) {
    List<Endpoint> instances = new ArrayList<>();
    for (int i = chance.nextInt(4); i > 0; i--) {
      instances.add(
          MeshUnderTest.instance(service + i)
              .setAddress(ADDRESSES.get(chance.nextInt(ADDRESSES.size())))
              .addPorts(InstancePort.newBuilder().setNumber(9090).setProtocol("grpc"))
              .putLabels("version", "v" + chance.nextInt(2))
              .build());
    }
    return instances;
  }

  // What a caller would find

  private static Map<String, String> described(MeshConfig mesh) {
    Map<String, String> described = new TreeMap<>();
    Stream<String> names =
        SERVICES.stream()
            .flatMap(
                service -> Stream.of(service, service + ".default.svc", service + ".example.com"));
    Stream.concat(names, ADDRESSES.stream())
        .forEach(
            host -> {
              for (int port : new int[] {-1, 8080, 9090}) {
                described.put(host + ":" + port, described(mesh.destination(host, port)));
              }
            });
    return described;
  }

  private static String described(Destination to) {
    if (!to.isMesh()) {
      return "outside";
    }
    StringBuilder text = new StringBuilder(to.service() + ":" + to.port());
    if (to.pinned() != null) {
      text.append(" at ").append(to.pinned());
    }
    RouteTable routes = to.routes();
    for (int rule = 0; routes != null && rule < routes.size(); rule++) {
      routes
          .rule(rule)
          .backends()
          .forEach(
              backend -> {
                text.append(' ').append(backend.weight()).append(" of ");
                text.append(backend.cluster().name()).append(backend.cluster().algorithm());
                for (String service : SERVICES) {
                  for (int i = 1; i < 4; i++) {
                    text.append(backend.cluster().find(service + i) == null ? '-' : '+');
                  }
                }
              });
    }
    return text.toString().replaceAll("EndpointLoad@\\w+", "");
  }

  private static Cluster cluster(Destination to) {
    return Objects.requireNonNull(to.routes()).rule(0).backends().get(0).cluster();
  }
}
