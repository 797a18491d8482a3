package io.weft.core.config;

import static io.weft.core.MeshUnderTest.PORT;
import static io.weft.core.MeshUnderTest.instance;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.weft.api.v1.Names;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceError;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.ServiceConfig;
import io.weft.api.v1.ServiceName;
import io.weft.api.v1.ServicePort;
import io.weft.core.MeshUnderTest;
import io.weft.core.endpoint.Endpoint;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {

  private final MeshConfig config = new MeshConfig("default", "", () -> {});

  @ParameterizedTest
  @ValueSource(
      strings = {
        "orders",
        "orders.default",
        "orders.default.svc",
        "orders.default.svc.cluster.local",
        "orders.example.com",
        "ORDERS",
        "Orders.Default.svc",
        "oRDERS.example.COM"
      })
  void aServiceGoesByAllItsNames(String host) {
    names(service("default", "orders", "Orders.Example.com"));

    assertThat(config.destination(host, -1).service())
        .isEqualTo(new ServiceKey("default", "orders"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"order", "orders.", "orders.other", "orders.default.svc.cluster", "", "1"})
  void anythingElseIsOutside(String host) {
    names(service("default", "orders"));

    assertThat(config.destination(host, -1)).isSameAs(Destination.OUTSIDE);
  }

  @Test
  void aServiceOfAnotherNamespaceNeedsItsNamespace() {
    names(service("payments", "ledger"));

    assertThat(config.destination("ledger", -1).isMesh()).isFalse();
    assertThat(config.destination("ledger.payments", -1).isMesh()).isTrue();
  }

  @Test
  void aServicesOwnNameGoesBeforeWhatAnotherCallsItself() {
    names(service("default", "thief", "orders", "orders.default"), service("default", "orders"));

    assertThat(config.destination("orders", -1).service().name()).isEqualTo("orders");
    assertThat(config.destination("orders.default", -1).service().name()).isEqualTo("orders");
  }

  @Test
  void withoutAPortThePrimaryOneIsMeant() {
    names(service("default", "orders"));

    assertThat(config.destination("orders", -1).port()).isEqualTo(8080);
    assertThat(config.destination("orders", 80).port()).isEqualTo(8080);
    assertThat(config.destination("orders", 443).port()).isEqualTo(8080);
    assertThat(config.destination("orders", 9090).port()).isEqualTo(9090);
  }

  @Test
  void withoutAPortAGrpcCallMeansTheFirstThatSpeaksIt() {
    names(service("default", "orders"));

    assertThat(config.destination("orders", 0, true).port()).isEqualTo(9090);
    assertThat(config.destination("orders", 8080, true).port()).isEqualTo(8080);
  }

  @Test
  void aPortThatIsNotDeclaredIsOutside() {
    names(service("default", "orders"));

    assertThat(config.destination("orders", 5005)).isSameAs(Destination.OUTSIDE);
  }

  @Test
  void aHostOutsideAllocatesNothing() {
    names(service("default", "orders"));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    String[] hosts = {"api.example.com", "10.1.2.3", "localhost", "orders.default"};
    // What the first calls allocate is the JVM's.
    look(hosts, 10_000);

    long before = threads.getCurrentThreadAllocatedBytes();
    look(hosts, 10_000);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(allocated).isLessThan(10_000);
  }

  @Test
  void anAddressOfAnInstanceIsThatInstance() {
    MeshUnderTest mesh =
        new MeshUnderTest()
            .instance("orders", instance("one").setAddress("10.0.0.1"))
            .instance("orders", instance("two").setAddress("10.0.0.2"))
            .instance("orders", instance("six").setAddress("fd00::6"));

    assertThat(mesh.mesh().destination("10.0.0.2", PORT).pinned())
        .extracting(Endpoint::uid)
        .isEqualTo("two");
    assertThat(mesh.mesh().destination("fd00::6", PORT).pinned())
        .extracting(Endpoint::uid)
        .isEqualTo("six");
    assertThat(mesh.mesh().destination("10.0.0.2", 9999).isMesh()).isFalse();
    assertThat(mesh.mesh().destination("10.0.0.3", PORT).isMesh()).isFalse();
  }

  @Test
  void aConfigThatCannotBeBuiltKeepsTheWholeMessageOut() {
    names(service("default", "orders"));

    List<ResourceError> errors =
        config.apply(
            List.of(
                namesOf(service("default", "orders"), service("default", "stock")),
                config("stock", ServiceConfig.newBuilder().addNeeds("telepathy"))),
            List.of());

    assertThat(errors)
        .singleElement()
        .satisfies(
            error -> {
              assertThat(error.getType()).isEqualTo(ResourceType.SERVICE_CONFIG);
              assertThat(error.getName()).isEqualTo("default/stock");
              assertThat(error.getMessage())
                  .isEqualTo("needs telepathy, which this agent does not have");
            });
    assertThat(config.destination("stock", -1).isMesh()).isFalse();
    assertThat(config.destination("orders", -1).isMesh()).isTrue();
  }

  @Test
  void endpointsApplyThoughConfigBesideThemCannot() {
    MeshUnderTest mesh = new MeshUnderTest().service("orders", "a");

    List<ResourceError> errors =
        mesh.mesh()
            .dataPlane()
            .apply(
                List.of(
                    config("orders", ServiceConfig.newBuilder().addNeeds("telepathy")),
                    MeshUnderTest.endpoints(
                        "orders", List.of(instance("b").setAddress("10.0.0.9").build()))),
                List.of());

    assertThat(errors).hasSize(1);
    assertThat(mesh.mesh().destination("10.0.0.9", PORT).isMesh()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 65_536, -1})
  void endpointsThatAreNoPlaceToGoKeepTheOldOnes(int port) {
    MeshUnderTest mesh =
        new MeshUnderTest().instance("orders", instance("a").setAddress("10.0.0.1"));
    var wrong = instance("b").setAddress("10.0.0.2");
    wrong.getPortsBuilder(0).setNumber(port);

    List<ResourceError> errors =
        mesh.mesh()
            .dataPlane()
            .apply(List.of(MeshUnderTest.endpoints("orders", List.of(wrong.build()))), List.of());

    assertThat(errors)
        .extracting(ResourceError::getMessage)
        .containsExactly("instance b has no port " + port);
    assertThat(mesh.mesh().destination("10.0.0.1", PORT).isMesh()).isTrue();
  }

  @Test
  void whatIsRemovedIsGone() {
    MeshUnderTest mesh =
        new MeshUnderTest().instance("orders", instance("a").setAddress("10.0.0.1"));

    mesh.mesh()
        .dataPlane()
        .apply(
            List.of(),
            List.of(
                version(ResourceType.SERVICE_CONFIG, "default/orders"),
                version(ResourceType.ENDPOINTS, "default/orders")));

    assertThat(mesh.mesh().destination("10.0.0.1", PORT).isMesh()).isFalse();
    assertThat(mesh.mesh().destination("orders", PORT).routes()).isNull();
  }

  @Test
  void aPushOfEndpointsAloneLeavesTheDestinationsAsTheyAre() {
    MeshUnderTest mesh = new MeshUnderTest().service("orders", "a");
    Destination before = mesh.mesh().destination("orders", PORT);

    mesh.mesh()
        .dataPlane()
        .apply(
            List.of(MeshUnderTest.endpoints("orders", List.of(instance("b").build()))), List.of());

    assertThat(mesh.mesh().destination("orders", PORT)).isSameAs(before);
  }

  private boolean look(String[] hosts, int times) {
    boolean mesh = false;
    for (int i = 0; i < times; i++) {
      mesh |= config.destination(hosts[i % hosts.length], 8080).isMesh();
    }
    return mesh;
  }

  private void names(ServiceName... services) {
    assertThat(config.apply(List.of(namesOf(services)), List.of())).isEmpty();
  }

  private static Resource namesOf(ServiceName... services) {
    return Resource.newBuilder()
        .setVersion(version(ResourceType.NAMES, ""))
        .setNames(Names.newBuilder().addAllServices(List.of(services)))
        .build();
  }

  private static Resource config(String service, ServiceConfig.Builder config) {
    return MeshUnderTest.config(service, config.build());
  }

  private static ResourceVersion version(ResourceType type, String name) {
    return ResourceVersion.newBuilder().setType(type).setName(name).build();
  }

  private static ServiceName service(String namespace, String name, String... hosts) {
    return ServiceName.newBuilder()
        .setNamespace(namespace)
        .setName(name)
        .addAllHosts(List.of(hosts))
        .addPorts(ServicePort.newBuilder().setNumber(8080).setProtocol("http"))
        .addPorts(ServicePort.newBuilder().setNumber(9090).setProtocol("grpc"))
        .build();
  }
}
