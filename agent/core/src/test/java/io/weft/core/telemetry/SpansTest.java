package io.weft.core.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.weft.core.MeshUnderTest;
import io.weft.core.call.Attempt;
import io.weft.core.call.CallObserver;
import io.weft.core.call.Deadlines;
import io.weft.core.call.FakeRequest;
import io.weft.core.call.NoEffects;
import io.weft.core.scope.TraceContext;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SpansTest {
  private static final int TIMES = 10_000;

  private final Attempt attempt = attempt();

  @Test
  void an_attempt_whose_trace_is_kept_tells_which_documents_ruled_it() {
    Span span = spans(Sampler.alwaysOn()).attempt(attempt, TraceContext.NONE);

    assertThat(((ReadableSpan) span).toSpanData().getAttributes().asMap())
        .containsEntry(AttributeKey.stringKey("http.request.method"), "GET")
        .containsEntry(AttributeKey.stringKey("weft.destination"), "default/stock")
        .containsEntry(AttributeKey.stringKey("weft.endpoint"), "a")
        .containsEntry(AttributeKey.longKey("weft.attempt"), 1L)
        .hasEntrySatisfying(
            AttributeKey.stringKey("weft.policy.timeout"),
            document -> assertThat(document.toString()).startsWith("Timeout/default/brief@"));
  }

  @Test
  void an_attempt_whose_trace_is_not_kept_costs_no_more_than_its_ids() {
    Spans spans = spans(Sampler.alwaysOff());
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long each = Long.MAX_VALUE;
    // What the first round allocates is the JVM's.
    for (int round = 0; round < 3; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < TIMES; i++) {
        Spans.attempted(attempt, spans.attempt(attempt, TraceContext.NONE));
      }
      each = Math.min(each, (threads.getCurrentThreadAllocatedBytes() - before) / TIMES);
    }

    assertThat(each).isLessThanOrEqualTo(512);
  }

  private static Spans spans(Sampler sampler) {
    return new Spans(
        SdkTracerProvider.builder()
            .setSampler(sampler)
            .addSpanProcessor(SimpleSpanProcessor.create(SpanExporter.composite()))
            .build()
            .get("test"));
  }

  private static Attempt attempt() {
    AtomicReference<@Nullable Attempt> begun = new AtomicReference<>();
    CallObserver observer =
        new CallObserver() {
          @Override
          public void attemptStarted(Attempt attempt) {
            begun.set(attempt);
          }
        };
    MeshUnderTest mesh =
        new MeshUnderTest(observer, Deadlines.NONE)
            .service("stock", "a")
            .policy(
                """
                kind: Timeout
                metadata: {name: brief}
                spec: {to: {service: stock}, conf: {request: 1s}}
                """);
    mesh.mesh()
        .call(mesh.mesh().destination("stock", MeshUnderTest.PORT), FakeRequest.get("/items/42"))
        .start(0, new NoEffects());
    Attempt attempt = begun.get();
    if (attempt == null) {
      throw new IllegalStateException("nothing was started");
    }
    return attempt;
  }
}
