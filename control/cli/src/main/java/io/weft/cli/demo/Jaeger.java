package io.weft.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** A Jaeger of the demo's own. Thread-safe. */
final class Jaeger {
  private static final List<String> IMAGES =
      List.of("jaegertracing/all-in-one:1.62.0", "weft-local/jaeger:1.62.0");

  private static final String PROGRAM = "jaeger-all-in-one";
  private static final Duration START = Duration.ofSeconds(20);
  private static final int QUERY = 16_686;
  private static final int OTLP = 4317;

  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();
  private final URI page;
  private final URI otlp;
  private final String said;

  private Jaeger(int query, int otlp, String said) {
    this.page = URI.create("http://127.0.0.1:" + query);
    this.otlp = URI.create("http://127.0.0.1:" + otlp);
    this.said = said;
  }

  /** What was found. Without a Jaeger, the reason. */
  record Found(Optional<Jaeger> jaeger, String said) {}

  /**
   * A trace.
   *
   * @param complete whether every span but one has its parent in it
   */
  record Trace(String id, Set<String> services, int spans, boolean complete) {}

  /** Starts one, wherever it can be had. */
  static Found start(Stage stage, Ports ports, Place place, String image, Consumer<String> say) {
    Whereabouts where =
        Whereabouts.of(place, PROGRAM, image.isEmpty() ? IMAGES : List.of(image), say);
    if (where instanceof Whereabouts.Nowhere nowhere) {
      return new Found(Optional.empty(), nowhere.why());
    }
    Jaeger jaeger =
        where instanceof Whereabouts.OnPath here
            ? fromPath(stage, ports, here.program())
            : fromDocker(stage, ports, (Whereabouts.Image) where);
    if (!Await.until(START, jaeger::answers)) {
      throw new DemoException("Jaeger does not answer at " + jaeger.page);
    }
    return new Found(Optional.of(jaeger), jaeger.said);
  }

  private static Jaeger fromPath(Stage stage, Ports ports, Path program) {
    int query = ports.take("Jaeger", QUERY);
    int otlp = ports.take("Jaeger's OTLP", OTLP);
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.add("--query.http-server.host-port=127.0.0.1:" + query);
    command.add("--collector.otlp.enabled=true");
    command.add("--collector.otlp.grpc.host-port=127.0.0.1:" + otlp);
    // Doors that the demo does not use.
    for (String door :
        List.of(
            "collector.otlp.http.host-port",
            "collector.grpc-server.host-port",
            "collector.http-server.host-port",
            "query.grpc-server.host-port",
            "admin.http.host-port",
            "http-server.host-port",
            "processor.jaeger-binary.server-host-port",
            "processor.jaeger-compact.server-host-port",
            "processor.zipkin-compact.server-host-port")) {
      command.add("--" + door + "=127.0.0.1:0");
    }
    stage.start("jaeger", Map.of(), command);
    return new Jaeger(query, otlp, program + ", from PATH");
  }

  private static Jaeger fromDocker(Stage stage, Ports ports, Whereabouts.Image image) {
    int query = ports.take("Jaeger", QUERY);
    int otlp = ports.take("Jaeger's OTLP", OTLP);
    Map<Integer, Integer> published = new LinkedHashMap<>();
    published.put(query, QUERY);
    published.put(otlp, OTLP);
    String name = "weft-demo-jaeger-" + ProcessHandle.current().pid();
    String failure = Docker.run(stage, name, image.name(), published, "", List.of());
    if (!failure.isEmpty()) {
      throw new DemoException("Jaeger's container does not run: " + failure);
    }
    return new Jaeger(query, otlp, image.said());
  }

  /** Its page. */
  URI page() {
    return page;
  }

  /** Where spans go, by gRPC. */
  URI otlp() {
    return otlp;
  }

  /** The newest traces in which a service takes part. */
  List<Trace> traces(String service) throws IOException, InterruptedException {
    JsonNode data =
        json.readTree(get("/api/traces?limit=50&lookback=1h&service=" + service)).path("data");
    List<Trace> traces = new ArrayList<>();
    data.forEach(trace -> traces.add(trace(trace)));
    return traces;
  }

  /** One of what its API lists. */
  static Trace trace(JsonNode trace) {
    Map<String, String> processes = new HashMap<>();
    trace
        .path("processes")
        .properties()
        .forEach(
            each -> processes.put(each.getKey(), each.getValue().path("serviceName").asText()));
    Set<String> services = new TreeSet<>();
    Set<String> spans = new HashSet<>();
    trace.path("spans").forEach(span -> spans.add(span.path("spanID").asText()));
    int roots = 0;
    for (JsonNode span : trace.path("spans")) {
      services.add(processes.getOrDefault(span.path("processID").asText(), ""));
      if (!spans.contains(span.path("references").path(0).path("spanID").asText())) {
        roots++;
      }
    }
    return new Trace(trace.path("traceID").asText(), services, spans.size(), roots == 1);
  }

  private boolean answers() throws IOException, InterruptedException {
    get("/api/services");
    return true;
  }

  private String get(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(page.resolve(path)).timeout(Duration.ofSeconds(5)).build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("Jaeger answers " + answer.statusCode());
    }
    return answer.body();
  }
}
