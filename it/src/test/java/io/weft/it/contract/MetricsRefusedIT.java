package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.weft.it.contract.app.JdkServerApp;
import io.weft.it.process.JavaProcess;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A collector that takes no metrics, as Jaeger is one. */
@ExtendWith(ContractMesh.Extension.class)
class MetricsRefusedIT {
  @Test
  void what_is_not_taken_is_said_once_and_disturbs_nobody(ContractMesh mesh) throws Exception {
    AtomicInteger offered = new AtomicInteger();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/",
        exchange -> {
          if (exchange.getRequestURI().getPath().equals("/v1/metrics")) {
            offered.incrementAndGet();
          }
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    collector.start();
    try (JavaProcess app =
        mesh.start(
            "metrics-refused",
            JavaProcess.of("app").main(List.of(TestApps.classes()), JdkServerApp.class.getName()),
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://127.0.0.1:" + collector.getAddress().getPort(),
            "OTEL_METRICS_EXPORTER",
            "otlp",
            "OTEL_METRIC_EXPORT_INTERVAL",
            "100")) {
      int port = Integer.parseInt(app.awaitLine("serving on port (\\d+)").group(1));

      eventually()
          .until(
              () -> {
                assertThat(Visitor.stranger().says(port, "GET /status?204 HTTP/1.1", "Host: h"))
                    .contains(" 204 ");
                return offered.get() > 3;
              });

      assertThat(app.output())
          .filteredOn(line -> line.contains("metrics are not taken"))
          .hasSize(1);
    } finally {
      collector.stop(0);
    }
  }
}
