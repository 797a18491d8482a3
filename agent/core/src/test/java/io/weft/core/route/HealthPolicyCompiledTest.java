package io.weft.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.GrpcProbe;
import io.weft.api.v1.HealthCheck;
import io.weft.api.v1.HttpProbe;
import io.weft.api.v1.Source;
import io.weft.api.v1.TcpProbe;
import io.weft.core.health.HealthPolicy;
import io.weft.core.health.Probe;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HealthPolicyCompiledTest {

  @Test
  void endpointsAreAskedOverHttpAsTheDocumentSays() {
    HealthCheck.Builder check =
        check()
            .setHttp(
                HttpProbe.newBuilder()
                    .setPath("/health")
                    .setHost("stock.example")
                    .addExpectedStatuses(204));

    assertThat(RouteCompiler.checks(check.build()))
        .isEqualTo(policy(new Probe.Http("/health", "stock.example", Set.of(204))));
  }

  @Test
  void endpointsAreAskedOverGrpcAsTheDocumentSays() {
    HealthCheck.Builder check =
        check().setGrpc(GrpcProbe.newBuilder().setService("shop.Stock").setHost("stock.example"));

    assertThat(RouteCompiler.checks(check.build()))
        .isEqualTo(policy(new Probe.Grpc("shop.Stock", "stock.example")));
  }

  @Test
  void aConnectionIsEnoughWhereTheDocumentSaysSo() {
    assertThat(RouteCompiler.checks(check().setTcp(TcpProbe.getDefaultInstance()).build()))
        .isEqualTo(policy(new Probe.Tcp()));
  }

  private static HealthCheck.Builder check() {
    return HealthCheck.newBuilder()
        .setSource(
            Source.newBuilder().setKind("HealthCheck").setNamespace("default").setName("stock"))
        .setShadow(true)
        .setIntervalNanos(5)
        .setTimeoutNanos(4)
        .setHealthyThreshold(3)
        .setUnhealthyThreshold(2);
  }

  private static HealthPolicy policy(Probe probe) {
    return new HealthPolicy("HealthCheck/default/stock", true, probe, 5, 4, 3, 2);
  }
}
