package io.weft.core.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.weft.core.log.Log;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;

/** Says once that metrics cannot be exported, however often it is tried. */
final class SaidOnceExporter implements MetricExporter {
  private final MetricExporter exporter;
  private final AtomicBoolean said = new AtomicBoolean();

  SaidOnceExporter(MetricExporter exporter) {
    this.exporter = exporter;
  }

  @Override
  public CompletableResultCode export(Collection<MetricData> metrics) {
    CompletableResultCode result = exporter.export(metrics);
    result.whenComplete(
        () -> {
          if (!result.isSuccess() && said.compareAndSet(false, true)) {
            Log.info(
                "metrics are not taken where OTEL_EXPORTER_OTLP_ENDPOINT (or"
                    + " OTEL_EXPORTER_OTLP_METRICS_ENDPOINT) says; Jaeger takes none. They go on"
                    + " being offered");
          }
        });
    return result;
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return exporter.getAggregationTemporality(type);
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType type) {
    return exporter.getDefaultAggregation(type);
  }

  @Override
  public MemoryMode getMemoryMode() {
    return exporter.getMemoryMode();
  }
}
