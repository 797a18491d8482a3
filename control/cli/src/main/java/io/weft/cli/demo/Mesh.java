package io.weft.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weft.control.admin.AdminClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The mesh as its admin API shows it. Thread-safe. */
final class Mesh {
  private static final Duration SPREAD = Duration.ofSeconds(10);

  private final ObjectMapper json = new ObjectMapper();
  private final AdminClient client;
  private final String address;

  private Mesh(AdminClient client, String address) {
    this.client = client;
    this.address = address;
  }

  /** The one whose control listens there and keeps its root and token in that folder. */
  static Mesh of(String address, Path data) {
    try {
      return new Mesh(
          AdminClient.of(data.resolve("root.pem"), data.resolve("admin-token")), address);
    } catch (IOException e) {
      throw new DemoException("control's files cannot be read: " + e.getMessage());
    }
  }

  /** Who calls whom, over the last seconds, as the callers' agents reported it. */
  List<Edge> edges() {
    return Edge.all(get("/v1/edges"));
  }

  /** Processes of these services that are ready to serve. */
  List<String> ready() {
    List<String> ready = new ArrayList<>();
    for (JsonNode agent : get("/v1/status").path("agents")) {
      if (agent.path("state").asText().equals("READY")) {
        ready.add(agent.path("service").asText());
      }
    }
    return ready;
  }

  /** The serial number of each process's certificate and the root it ends in, by process id. */
  Map<Long, Certificate> certificates() {
    Map<Long, Certificate> certificates = new TreeMap<>();
    for (JsonNode agent : get("/v1/status").path("agents")) {
      JsonNode identity = agent.path("identity");
      if (agent.path("state").asText().equals("READY") && identity.has("serial")) {
        certificates.put(
            agent.path("pid").asLong(),
            new Certificate(identity.path("serial").asText(), identity.path("root").asText()));
      }
    }
    return certificates;
  }

  /** What tells certificates and roots from one another. */
  record Certificate(String serial, String root) {}

  /** Begins to change the root. */
  void rotate() {
    answer(client.post(address, "/v1/ca/rotate", new byte[0], ""));
  }

  /** How far a change of the root has come. */
  String rotation() {
    return get("/v1/ca").path("phase").asText();
  }

  /** What is wrong with documents that are not in force, a line each. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    get("/v1/status").path("problems").forEach(problem -> problems.add(line(problem)));
    return problems;
  }

  /**
   * Applies a document and waits until every agent has it in force.
   *
   * @return how long that took
   * @throws DemoException if it is refused
   */
  Duration apply(String document) {
    long begun = System.nanoTime();
    return spread(
        answer(
            client.post(
                address, "/v1/config", document.getBytes(StandardCharsets.UTF_8), "the demo")),
        begun);
  }

  /** Deletes a document of the default namespace, and waits likewise. */
  Duration delete(String kind, String name) {
    long begun = System.nanoTime();
    return spread(answer(client.delete(address, "/v1/config/" + kind + "/default/" + name)), begun);
  }

  private Duration spread(JsonNode applied, long begun) {
    long generation = applied.path("generation").asLong();
    if (!Await.until(SPREAD, () -> isEverywhere(generation))) {
      throw new DemoException("not every agent follows within " + SPREAD.toSeconds() + " s");
    }
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  private boolean isEverywhere(long generation) {
    for (JsonNode agent : get("/v1/status").path("agents")) {
      if (agent.path("generation").asLong() < generation) {
        return false;
      }
    }
    return true;
  }

  private JsonNode get(String path) {
    return answer(client.get(address, path));
  }

  private JsonNode answer(CompletableFuture<AdminClient.Answer> pending) {
    try {
      AdminClient.Answer answer = pending.join();
      JsonNode body = json.readTree(answer.body());
      if (answer.status() != 200) {
        throw new DemoException(
            "control answers " + answer.status() + ": " + line(body.path("errors").path(0)));
      }
      return body;
    } catch (CompletionException e) {
      throw new DemoException("control does not answer: " + e.getCause());
    } catch (JsonProcessingException e) {
      throw new DemoException("control's answer is no JSON: " + e.getOriginalMessage());
    }
  }

  private static String line(JsonNode problem) {
    String field = problem.path("field").asText();
    return problem.path("file").asText()
        + ":"
        + problem.path("line").asText()
        + ": "
        + (field.isEmpty() ? "" : field + ": ")
        + problem.path("message").asText();
  }
}
