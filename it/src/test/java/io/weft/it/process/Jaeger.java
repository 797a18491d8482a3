package io.weft.it.process;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A real Jaeger in a container. The image is the system property weft.test.jaeger.image, else the
 * official one.
 */
public final class Jaeger implements AutoCloseable {
  private static final int OTLP_GRPC = 4317;
  private static final int OTLP_HTTP = 4318;
  private static final int QUERY = 16686;

  private final GenericContainer<?> container;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();

  private Jaeger(GenericContainer<?> container) {
    this.container = container;
  }

  /** Starts one and waits until it takes spans. */
  public static Jaeger start() {
    GenericContainer<?> container =
        new GenericContainer<>(
                DockerImageName.parse(
                    System.getProperty(
                        "weft.test.jaeger.image", "jaegertracing/all-in-one:1.62.0")))
            .withEnv("COLLECTOR_OTLP_ENABLED", "true")
            .withExposedPorts(OTLP_GRPC, OTLP_HTTP, QUERY);
    container.start();
    return new Jaeger(container);
  }

  /** What an application's environment must say for its spans to arrive here at once. */
  public Map<String, String> exporterEnvironment() {
    Map<String, String> environment = new HashMap<>();
    environment.put(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "http://" + container.getHost() + ":" + container.getMappedPort(OTLP_GRPC));
    environment.put("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    environment.put("OTEL_BSP_SCHEDULE_DELAY", "100");
    environment.put("OTEL_METRICS_EXPORTER", "none");
    return environment;
  }

  /** The newest traces in which a service takes part. */
  public List<Trace> traces(String service) {
    JsonNode data =
        get("/api/traces?limit=200&lookback=1h&service="
                + URLEncoder.encode(service, StandardCharsets.UTF_8))
            .path("data");
    List<Trace> traces = new ArrayList<>();
    for (JsonNode trace : data) {
      traces.add(Trace.of(trace));
    }
    return traces;
  }

  @Override
  public void close() {
    container.close();
  }

  private JsonNode get(String path) {
    URI uri =
        URI.create("http://" + container.getHost() + ":" + container.getMappedPort(QUERY) + path);
    try {
      HttpResponse<String> response =
          http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      return json.readTree(response.body());
    } catch (IOException e) {
      throw new AssertionError("Jaeger does not answer at " + uri, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while asking Jaeger", e);
    }
  }

  /** One trace as Jaeger tells it. */
  public record Trace(String id, List<Span> spans) {
    static Trace of(JsonNode trace) {
      Map<String, String> services = new HashMap<>();
      trace
          .path("processes")
          .properties()
          .forEach(
              process ->
                  services.put(process.getKey(), process.getValue().path("serviceName").asText()));
      List<Span> spans = new ArrayList<>();
      for (JsonNode span : trace.path("spans")) {
        Map<String, String> tags = new HashMap<>();
        span.path("tags")
            .forEach(tag -> tags.put(tag.path("key").asText(), tag.path("value").asText()));
        JsonNode parent = span.path("references").path(0).path("spanID");
        spans.add(
            new Span(
                span.path("spanID").asText(),
                parent.asText(""),
                services.getOrDefault(span.path("processID").asText(), ""),
                span.path("operationName").asText(),
                Map.copyOf(tags)));
      }
      return new Trace(trace.path("traceID").asText(), List.copyOf(spans));
    }

    /** Names of the services that took part. */
    public List<String> services() {
      return spans.stream().map(Span::service).distinct().sorted().toList();
    }
  }

  /** One span; {@code parent} is empty at a root. */
  public record Span(
      String id, String parent, String service, String operation, Map<String, String> tags) {
    /** A tag's value, or "" if it is not there. */
    public String tag(String key) {
      return tags.getOrDefault(key, "");
    }
  }
}
