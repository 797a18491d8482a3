package io.weft.core.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.api.v1.Fault;
import io.weft.api.v1.Inbound;
import io.weft.api.v1.Source;
import io.weft.core.call.MeshAnswer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a Fault of the called service does to a request, and what it leaves alone. */
class HeldBackTest {
  private final InboundPolicies policies = InboundPolicies.ofThisProcess();

  @AfterEach
  void withdraw() {
    policies.apply(policies.prepare(Inbound.getDefaultInstance(), ""));
  }

  @Test
  void it_is_held_back_for_the_delay_and_then_served() {
    fault(delay("2s"));

    InboundCall call = InboundCall.start(new TestRequest());

    assertThat(call.delayNanos()).isEqualTo(Duration.ofSeconds(2).toNanos());
    assertThat(call.denial()).isNull();
    call.end(200);
  }

  @Test
  void it_is_held_back_no_longer_than_its_caller_waits_and_told_so() {
    fault(delay("2s"));

    InboundCall call = InboundCall.start(new TestRequest(Map.of("weft-timeout", List.of("500m"))));

    assertThat(call.delayNanos()).isEqualTo(Duration.ofMillis(500).toNanos());
    MeshAnswer answer = Objects.requireNonNull(call.denial());
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.grpcCode()).isEqualTo(4);
    assertThat(answer.reason()).isEqualTo("Fault/default/slow delayed beyond the deadline");
    call.end(504);
  }

  @Test
  void one_that_is_aborted_is_answered_and_counts_as_no_denial() {
    fault(Fault.newBuilder().setAbortHttpStatus(503).setAbortMillipercent(100_000));

    InboundCall call = InboundCall.start(new TestRequest());

    assertThat(call.delayNanos()).isZero();
    assertThat(Objects.requireNonNull(call.denial()).status()).isEqualTo(503);
    assertThat(call.judgement().denial()).isNull();
    call.end(503);
  }

  @Test
  void shadow_is_recorded_and_changes_nothing() {
    fault(delay("2s").setAbortHttpStatus(503).setAbortMillipercent(100_000).setShadow(true));

    InboundCall call = InboundCall.start(new TestRequest(Map.of("weft-timeout", List.of("500m"))));

    assertThat(call.delayNanos()).isZero();
    assertThat(call.denial()).isNull();
    assertThat(Objects.requireNonNull(call.judgement().fault()).shadow()).isTrue();
    call.end(200);
  }

  private void fault(Fault.Builder fault) {
    fault.setSource(
        Source.newBuilder().setKind("Fault").setNamespace("default").setName("slow").build());
    policies.apply(policies.prepare(Inbound.newBuilder().setFault(fault).build(), ""));
  }

  private static Fault.Builder delay(String seconds) {
    return Fault.newBuilder()
        .setDelayNanos(Duration.parse("PT" + seconds).toNanos())
        .setDelayMillipercent(100_000);
  }
}
