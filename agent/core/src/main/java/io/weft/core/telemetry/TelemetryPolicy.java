package io.weft.core.telemetry;

import io.weft.api.v1.Telemetry;
import io.weft.core.config.Source;
import io.weft.core.explain.Stages;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is told of requests, beside what always is. Immutable.
 *
 * @param sampleShare of the traces that begin here, in {@link #WHOLE WHOLEs}; negative for as the
 *     process is set
 * @param attributes what spans tell of the request's headers
 * @param accessLog of what a line is written; null for nothing
 */
public record TelemetryPolicy(
    Source source,
    boolean shadow,
    int sampleShare,
    List<HeaderAttribute> attributes,
    @Nullable AccessFilter accessLog) {

  /** Nothing but what always is. */
  public static final TelemetryPolicy NONE =
      new TelemetryPolicy(Source.BUILT_IN, false, -1, List.of(), null);

  static final int WHOLE = 100_000;

  // The last 14 of a trace id's 32 hex digits are random (W3C Trace Context, level 2).
  private static final int RANDOM_FROM = 18;
  private static final double RANDOM_VALUES = 0x1p56;

  /** A header's value as an attribute. */
  public record HeaderAttribute(String name, String header) {}

  /** As control sent it. */
  public static TelemetryPolicy of(Telemetry telemetry) {
    return new TelemetryPolicy(
        Source.of(telemetry.getSource()),
        telemetry.getShadow(),
        telemetry.hasSampleMillipercent() ? telemetry.getSampleMillipercent() : -1,
        telemetry.getAttributesList().stream()
            .map(
                each ->
                    new HeaderAttribute(each.getName(), each.getHeader().toLowerCase(Locale.ROOT)))
            .toList(),
        telemetry.hasAccessLog() ? AccessFilter.of(telemetry.getAccessLog()) : null);
  }

  /**
   * In words, such as {@code 10% of the traces that begin here kept, x-customer as shop.customer}.
   */
  public String says() {
    List<String> all = new ArrayList<>();
    if (samples()) {
      all.add(Stages.share(sampleShare) + " of the traces that begin here kept");
    }
    attributes.forEach(each -> all.add(each.header() + " told as " + each.name()));
    if (accessLog != null) {
      all.add(accessLog.says());
    }
    return String.join(", ", all) + (shadow ? " (shadow)" : "");
  }

  /** Whether it has a say in which traces are kept. */
  boolean samples() {
    return sampleShare >= 0;
  }

  /**
   * Whether a trace that begins here is kept. The trace id alone decides, so that all who ask
   * agree.
   *
   * @param traceId 32 hex digits
   */
  boolean keeps(String traceId) {
    return !samples()
        || (double) Long.parseLong(traceId, RANDOM_FROM, traceId.length(), 16)
            < RANDOM_VALUES * sampleShare / WHOLE;
  }
}
