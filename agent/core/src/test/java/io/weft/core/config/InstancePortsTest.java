package io.weft.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.Endpoint;
import io.weft.api.v1.InstancePort;
import io.weft.api.v1.ServicePort;
import java.util.List;
import org.junit.jupiter.api.Test;

class InstancePortsTest {

  private static final List<ServicePort> DECLARED =
      List.of(declared(8080, "http"), declared(8081, "http"), declared(9090, "grpc"));

  @Test
  void aPortOfTheSameNumberServes() {
    assertThat(find(instance("http:8081", "http:8080", "grpc:9090"), 8080)).isEqualTo(8080);
    assertThat(find(instance("http:8081", "http:8080", "grpc:9090"), 9090)).isEqualTo(9090);
  }

  @Test
  void anInstanceThatSharesItsAddressServesOnThePortInTheSamePlace() {
    Endpoint second = instance("http:18080", "grpc:19090", "http:18081");

    assertThat(find(second, 8080)).isEqualTo(18080);
    assertThat(find(second, 8081)).isEqualTo(18081);
    assertThat(find(second, 9090)).isEqualTo(19090);
  }

  @Test
  void anInstanceWithoutThatPortDoesNotServeIt() {
    assertThat(find(instance("grpc:9090"), 8080)).isZero();
    assertThat(find(instance("http:18080"), 8081)).isZero();
    assertThat(find(instance(), 8080)).isZero();
  }

  @Test
  void aServiceThatDeclaresNoPortIsServedOnTheFirst() {
    InstancePort port = InstancePorts.find(instance("http:7000", "grpc:9090"), List.of(), 0);

    assertThat(port).isNotNull().extracting(InstancePort::getNumber).isEqualTo(7000);
  }

  private static int find(Endpoint instance, int number) {
    InstancePort port = InstancePorts.find(instance, DECLARED, number);
    return port == null ? 0 : port.getNumber();
  }

  private static Endpoint instance(String... ports) {
    Endpoint.Builder instance = Endpoint.newBuilder();
    for (String port : ports) {
      String[] parts = port.split(":");
      instance.addPorts(
          InstancePort.newBuilder().setProtocol(parts[0]).setNumber(Integer.parseInt(parts[1])));
    }
    return instance.build();
  }

  private static ServicePort declared(int number, String protocol) {
    return ServicePort.newBuilder().setNumber(number).setProtocol(protocol).build();
  }
}
