package io.weft.core.telemetry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/** Has the policy decide on traces that begin here, and the process's settings on all others. */
final class PolicySampler implements Sampler {
  private static final ContextKey<TelemetryPolicy> POLICY = ContextKey.named("weft-telemetry");

  private final Sampler settings;

  PolicySampler(Sampler settings) {
    this.settings = settings;
  }

  /** A parent for spans that a policy is to decide on. */
  static Context under(TelemetryPolicy policy, Context parent) {
    return policy.samples() && !policy.shadow() ? parent.with(POLICY, policy) : parent;
  }

  @Override
  public SamplingResult shouldSample(
      Context parent,
      String traceId,
      String name,
      SpanKind kind,
      Attributes attributes,
      List<LinkData> links) {
    TelemetryPolicy policy = parent.get(POLICY);
    if (policy == null || Span.fromContext(parent).getSpanContext().isValid()) {
      return settings.shouldSample(parent, traceId, name, kind, attributes, links);
    }
    return policy.keeps(traceId) ? SamplingResult.recordAndSample() : SamplingResult.drop();
  }

  @Override
  public String getDescription() {
    return "Weft{" + settings.getDescription() + "}";
  }
}
