package io.weft.core.call;

import static io.weft.core.MeshUnderTest.instance;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.RouteRule;
import io.weft.api.v1.ServiceConfig;
import io.weft.core.MeshUnderTest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The first call to a service: its name is known, its config is still to come. */
class ConfigOnItsWayTest {

  private final Shop shop = new Shop();

  ConfigOnItsWayTest() {
    shop.mesh
        .mesh()
        .dataPlane()
        .apply(List.of(MeshUnderTest.names(List.of("stock", "other"))), List.of());
  }

  @Test
  void aCallWaitsForTheConfigItAsksFor() {
    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(400));
    assertThat(call.isOpen()).isTrue();
    assertThat(shop.mesh.wanted()).containsExactly("default/stock");

    configComes("stock");
    shop.time.settle();

    assertThat(call.status()).isEqualTo(200);
    assertThat(call.sentTo()).isEqualTo("a");
    assertThat(shop.time.armed()).isZero();
  }

  @Test
  void aCallGoesOnWaitingWhenAnothersConfigComes() {
    FakeCall call = shop.get("/");

    configComes("other");
    shop.pass(Duration.ofMillis(100));
    assertThat(call.isOpen()).isTrue();
    configComes("stock");
    shop.time.settle();

    assertThat(call.status()).isEqualTo(200);
  }

  @Test
  void aCallWaitsASecondAndNoLonger() {
    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(999));
    assertThat(call.isOpen()).isTrue();
    shop.pass(Duration.ofMillis(1));

    assertThat(call.status()).isEqualTo(503);
    assertThat(call.reason())
        .isEqualTo("Service/default/stock its config has not come from control yet");
    configComes("stock");
    shop.time.settle();
    assertThat(call.sends()).isZero();
  }

  @Test
  void aCallWaitsNoLongerThanItsDeadline() {
    shop.inbound.mustAnswerIn(Duration.ofMillis(100));

    FakeCall call = shop.get("/");
    shop.pass(Duration.ofMillis(100));

    assertThat(call.status()).isEqualTo(503);
  }

  @Test
  void aCallThatIsCancelledWaitsNoLonger() {
    FakeCall call = shop.get("/");
    call.cancel();
    configComes("stock");
    shop.pass(Duration.ofSeconds(2));

    assertThat(call.outcomes()).isEmpty();
    assertThat(call.sends()).isZero();
    assertThat(shop.time.armed()).isZero();
  }

  private void configComes(String service) {
    ServiceConfig config =
        ServiceConfig.newBuilder()
            .setNamespace("default")
            .setName(service)
            .addRules(
                RouteRule.newBuilder()
                    .addBackends(
                        io.weft.api.v1.Backend.newBuilder()
                            .setNamespace("default")
                            .setService(service)
                            .setWeight(1)))
            .build();
    shop.mesh
        .mesh()
        .dataPlane()
        .apply(
            List.of(
                MeshUnderTest.config(service, config),
                MeshUnderTest.endpoints(service, List.of(instance("a").build()))),
            List.of());
  }
}
