package io.weft.core.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import io.weft.api.v1.Authorization;
import io.weft.api.v1.Inbound;
import io.weft.api.v1.MutualTls;
import io.weft.api.v1.Resource;
import io.weft.api.v1.ResourceType;
import io.weft.api.v1.ResourceVersion;
import io.weft.api.v1.Trust;
import io.weft.core.identity.LiveTls;
import io.weft.core.identity.MutualTlsMode;
import io.weft.core.inbound.InboundPolicies;
import io.weft.core.log.Log;
import io.weft.core.log.LogLevel;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What control pushes and this agent cannot enforce. */
class TrustingDataPlaneTest {
  private final RecordingDataPlane callers = new RecordingDataPlane();
  private final LiveTls tls = new LiveTls(InstantSource.system());
  private final InboundPolicies policies = InboundPolicies.separate();
  private final TrustingDataPlane plane = new TrustingDataPlane(callers, tls, policies);

  @BeforeEach
  void quiet() {
    Log.threshold(LogLevel.OFF);
  }

  @AfterEach
  void restore() {
    Log.threshold(LogLevel.INFO);
  }

  @Test
  void an_authorization_with_a_field_of_a_newer_control_is_refused_and_the_last_good_stays() {
    assertThat(plane.apply(List.of(inbound(strict())), List.of())).isEmpty();

    var errors = plane.apply(List.of(inbound(later())), List.of());

    assertThat(errors)
        .singleElement()
        .satisfies(
            error -> {
              assertThat(error.getType()).isEqualTo(ResourceType.INBOUND);
              assertThat(error.getMessage()).contains("field 99 of Authorization");
            });
    assertThat(policies.admitsPlaintext(80, "10.0.0.1")).isFalse();
    assertThat(tls.mode()).isEqualTo(MutualTlsMode.STRICT);
  }

  @Test
  void as_the_first_that_comes_it_lets_nothing_in() {
    policies.awaited(false);

    plane.apply(List.of(inbound(later())), List.of());

    assertThat(policies.isSettled()).isTrue();
    assertThat(policies.admitsPlaintext(80, "10.0.0.1")).isFalse();
  }

  @Test
  void the_first_policies_are_enforced_though_config_beside_them_cannot_be_built() {
    policies.awaited(false);
    callers.unbuildable.add("default/stock");

    var errors =
        plane.apply(List.of(Resources.config("default/stock", "c1"), inbound(strict())), List.of());

    assertThat(errors).hasSize(1);
    assertThat(policies.admitsPlaintext(80, "10.0.0.1")).isFalse();
  }

  @Test
  void corrupt_trust_is_refused_by_itself_and_nothing_comes_in_under_strict() {
    Resource trust =
        resource(ResourceType.TRUST)
            .setTrust(Trust.newBuilder().setTrustDomain("weft.local").putRoots("weft.local", "?"))
            .build();

    var errors = plane.apply(List.of(trust, inbound(strict())), List.of());

    assertThat(errors)
        .singleElement()
        .satisfies(error -> assertThat(error.getType()).isEqualTo(ResourceType.TRUST));
    assertThat(tls.ready()).isFalse();
    assertThat(policies.admitsPlaintext(80, "10.0.0.1")).isFalse();
  }

  private static Inbound.Builder strict() {
    return Inbound.newBuilder().setMutualTls(MutualTls.newBuilder().setMode(MutualTls.Mode.STRICT));
  }

  private static Inbound.Builder later() {
    return Inbound.newBuilder()
        .addAuthorizations(
            Authorization.newBuilder()
                .setUnknownFields(
                    UnknownFieldSet.newBuilder()
                        .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build()));
  }

  private static Resource inbound(Inbound.Builder inbound) {
    return resource(ResourceType.INBOUND).setInbound(inbound).build();
  }

  private static Resource.Builder resource(ResourceType type) {
    return Resource.newBuilder()
        .setVersion(ResourceVersion.newBuilder().setType(type).setHash("h"));
  }
}
