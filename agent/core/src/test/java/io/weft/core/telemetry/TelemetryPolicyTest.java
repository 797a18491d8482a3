package io.weft.core.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import io.weft.api.v1.AccessLog;
import io.weft.api.v1.Source;
import io.weft.api.v1.Telemetry;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TelemetryPolicyTest {
  private static final String LOW = "ffffffffffffffffff00000000000001";
  private static final String HIGH = "000000000000000000ffffffffffffff";

  private final Random random = new Random(42);
  private final PolicySampler sampler = new PolicySampler(Sampler.parentBased(Sampler.alwaysOn()));

  @Test
  void a_share_of_the_traces_is_kept_and_everybody_agrees_which() {
    TelemetryPolicy quarter = sampling(25_000);
    TelemetryPolicy half = sampling(50_000);
    List<String> ids = IntStream.range(0, 10_000).mapToObj(i -> traceId()).toList();

    List<String> kept = ids.stream().filter(quarter::keeps).toList();

    assertThat(kept.size()).isCloseTo(2_500, within(150));
    assertThat(kept).as("who keeps more keeps these, too").allMatch(half::keeps);
    assertThat(ids).allMatch(sampling(100_000)::keeps).noneMatch(sampling(0)::keeps);
  }

  @Test
  void a_trace_that_begins_here_is_the_policys_to_decide_on() {
    Context root = PolicySampler.under(sampling(50_000), Context.root());

    assertThat(decision(root, LOW)).isEqualTo(SamplingDecision.RECORD_AND_SAMPLE);
    assertThat(decision(root, HIGH)).isEqualTo(SamplingDecision.DROP);
  }

  @ParameterizedTest
  @CsvSource({"0,true,RECORD_AND_SAMPLE", "100000,false,DROP"})
  void a_trace_that_began_elsewhere_keeps_the_decision_it_came_with(
      int share, boolean sampled, SamplingDecision expected) {
    Context elsewhere =
        Context.root()
            .with(
                Span.wrap(
                    SpanContext.createFromRemoteParent(
                        LOW,
                        "00f067aa0ba902b7",
                        sampled ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                        TraceState.getDefault())));

    assertThat(decision(PolicySampler.under(sampling(share), elsewhere), LOW)).isEqualTo(expected);
  }

  @Test
  void without_a_percentage_or_in_shadow_mode_the_settings_of_the_process_hold() {
    TelemetryPolicy shadow =
        TelemetryPolicy.of(Telemetry.newBuilder().setShadow(true).setSampleMillipercent(0).build());

    for (TelemetryPolicy policy : List.of(TelemetryPolicy.NONE, shadow)) {
      assertThat(decision(PolicySampler.under(policy, Context.root()), HIGH))
          .isEqualTo(SamplingDecision.RECORD_AND_SAMPLE);
    }
    assertThat(shadow.keeps(HIGH)).as("what it would do is known").isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0   | 0   | 200 | 1   | true
          500 | 0   | 499 | 900 | false
          500 | 0   | 500 | 1   | true
          0   | 100 | 500 | 99  | false
          0   | 100 | 200 | 100 | true
          500 | 100 | 200 | 100 | true
          500 | 100 | 503 | 1   | true
          500 | 100 | 404 | 99  | false
          """)
  void the_log_takes_what_has_the_status_or_took_as_long(
      int minStatus, long minNanos, int status, long nanos, boolean taken) {
    AccessFilter filter =
        AccessFilter.of(
            AccessLog.newBuilder()
                .setMinStatus(minStatus)
                .setMinNanos(minNanos)
                .setMillipercent(100_000)
                .build());

    assertThat(filter.takes(status, nanos, random)).isEqualTo(taken);
  }

  @Test
  void the_log_takes_a_share_of_what_is_meant() {
    AccessFilter filter = new AccessFilter(0, 0, 10_000);

    assertThat(IntStream.range(0, 10_000).filter(i -> filter.takes(200, 1, random)).count())
        .isCloseTo(1_000L, within(100L));
  }

  private SamplingDecision decision(Context parent, String traceId) {
    return sampler
        .shouldSample(parent, traceId, "GET", SpanKind.SERVER, Attributes.empty(), List.of())
        .getDecision();
  }

  private String traceId() {
    byte[] id = new byte[16];
    random.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  private static TelemetryPolicy sampling(int share) {
    return TelemetryPolicy.of(
        Telemetry.newBuilder()
            .setSource(Source.newBuilder().setKind("Telemetry").setName("t"))
            .setSampleMillipercent(share)
            .build());
  }
}
