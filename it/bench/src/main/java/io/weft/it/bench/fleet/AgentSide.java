package io.weft.it.bench.fleet;

import io.weft.it.bench.EndpointChurnMeter;
import java.io.IOException;

/** What is felt in an agent whose service has very many endpoints that change all the time. */
final class AgentSide {
  private static final String NAME = "endpoints";
  private static final int PER_SECOND = 100;
  private static final int ROUND_SECONDS = 3;

  private AgentSide() {}

  static void run(int endpoints, Report report) throws IOException {
    EndpointChurnMeter.Result result;
    try {
      result = EndpointChurnMeter.measure(endpoints, PER_SECOND, ROUND_SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    add(report, endpoints, "CPU for a call, endpoints stand still", result.stillNanos(), "ns");
    add(report, endpoints, "CPU for a call, they change", result.changingNanos(), "ns");
    report.add(
        figure(
                endpoints,
                "the one in terms of the other",
                result.changingNanos() / result.stillNanos(),
                "")
            .atMost(1.1));
    add(report, endpoints, "garbage for a call, endpoints stand still", result.stillBytes(), "B");
    report.add(
        figure(endpoints, "garbage for a call, they change", result.changingBytes(), "B")
            .atMost(Math.ceil(result.stillBytes() * 1.01)));
    add(report, endpoints, "changes", result.pushesPerSecond(), "1/s");
    add(report, endpoints, "CPU for a change, beside calls", result.pushMicros(), "us");
    add(report, endpoints, "garbage for a change, beside calls", result.pushBytes() / 1e3, "kB");
  }

  private static void add(Report report, int endpoints, String name, double value, String unit) {
    report.add(figure(endpoints, name, value, unit));
  }

  private static Figure figure(int endpoints, String name, double value, String unit) {
    return Figure.of(NAME, endpoints, name, value, unit);
  }
}
