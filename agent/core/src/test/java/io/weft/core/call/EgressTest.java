package io.weft.core.call;

import static io.weft.core.call.FakeRequest.get;
import static io.weft.core.call.FakeRequest.grpc;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.core.config.Destination;
import io.weft.core.egress.EgressPolicy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EgressTest {
  private final Told told = new Told();
  private final Shop shop = new Shop(told).service("stock", "a");

  @Test
  void aDeniedCallIsAnsweredWithItsDocumentAndNothingIsSent() {
    egress("default: DENY");

    FakeCall call = shop.call(get("/").to("api.example.com"));

    assertThat(call.status()).isEqualTo(403);
    assertThat(call.reason())
        .isEqualTo("Egress/default/out calls to api.example.com must not leave the mesh");
    assertThat(call.sends()).isZero();
    assertThat(call.outcomes()).containsExactly("mesh answer");
    assertThat(told.denied).containsExactly("api.example.com");
    assertThat(shop.call(grpc().to("api.example.com")).grpcCode()).isEqualTo(7);
  }

  @Test
  void servicesOfTheMeshAreCalledWhateverIsDeniedOutside() {
    egress("default: DENY");

    assertThat(shop.get("/").status()).isEqualTo(200);
    assertThat(denied("stock", 9999)).as("a port that the service does not have").isTrue();
  }

  @Test
  void withoutAnEgressAllHostsAreCalledAsEver() {
    assertThat(shop.mesh.mesh().destination("api.example.com", -1)).isSameAs(Destination.OUTSIDE);
  }

  @ParameterizedTest
  @CsvSource({
    "api.example.com,      443, true",
    "API.Example.com,      443, true",
    "api.example.com.,     443, true",
    "api.example.com,       80, false",
    "www.example.com,      443, false",
    "example.net,          443, false",
    "a.example.net,       8080, true",
    "a.b.example.net,     8080, true",
    "badexample.net,      8080, false",
    "10.1.2.3,             443, true",
    "10.2.2.3,             443, false",
    "2001:db8::1,          443, true",
    "2001:db9::1,          443, false",
    "anything.at.all,     9999, true",
    "999.1.1.1,            443, false",
    "localhost,           1234, true",
    "127.0.0.1,           1234, true",
    "::1,                 1234, true"
  })
  void exceptionsMeanHostsTheirSubdomainsRangesAndPorts(String host, int port, boolean excepted) {
    String exceptions =
        """
        exceptions: [
          {hosts: [api.example.com], ports: [443, 444]},
          {hosts: ["*.example.net"]},
          {ranges: [10.1.0.0/16, "2001:db8::/32"]},
          {ports: [9999]}]""";
    egress("default: DENY, " + exceptions);
    assertThat(denied(host, port)).as("where all else is denied").isEqualTo(!excepted);

    egress("default: ALLOW, " + exceptions);
    boolean thisMachine = port == 1234;
    assertThat(denied(host, port))
        .as("where all else is allowed")
        .isEqualTo(excepted && !thisMachine);
  }

  @Test
  void inShadowModeACallIsToldOfAndMadeAsEver() {
    shop.policy(
        """
        kind: Egress
        metadata: {name: out}
        spec: {mode: shadow, conf: {default: DENY}}
        """);

    Destination destination = shop.mesh.mesh().destination("api.example.com", 443);

    assertThat(destination.isMesh()).isFalse();
    assertThat(told.shadow).containsExactly("api.example.com by Egress/default/out");
    shop.mesh.mesh().destination("localhost", 443);
    assertThat(told.shadow).hasSize(1);
  }

  private boolean denied(String host, int port) {
    return shop.mesh.mesh().destination(host, port).isDenied();
  }

  private void egress(String conf) {
    shop.policy(
        """
        kind: Egress
        metadata: {name: out}
        spec:
          conf: {%s}
        """
            .formatted(conf.indent(6).strip()));
  }

  private static final class Told implements CallObserver {
    private final List<String> denied = new ArrayList<>();
    private final List<String> shadow = new ArrayList<>();

    @Override
    public void callEnded(OutboundCall call) {
      if (call.destination().isDenied()) {
        denied.add(call.destination().service().toString());
      }
    }

    @Override
    public void wouldBeDenied(EgressPolicy by, String host) {
      shadow.add(host + " by " + by.source());
    }
  }
}
