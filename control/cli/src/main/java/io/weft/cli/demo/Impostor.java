package io.weft.cli.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The program of orders in other hands: it tries to have stock reserved. */
final class Impostor {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Program program;
  private final URI desk;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private Impostor(Program program, URI desk) {
    this.program = program;
    this.desk = desk;
  }

  /**
   * Starts one with the agent.
   *
   * @param service whose name its agent gives
   */
  static Impostor start(Stage stage, Home home, String service, Map<String, String> environment) {
    Map<String, String> all = new LinkedHashMap<>(environment);
    all.put("PORT", "0");
    Program program =
        stage.start(
            "impostor-" + service,
            all,
            Jvm.command(
                List.of(
                    "-Xmx64m",
                    "-javaagent:" + home.agent() + "=service=" + service,
                    "-jar",
                    home.app("orders").toString())));
    String port = program.awaitLine(START, "orders ready on port (\\d+)").group(1);
    return new Impostor(program, URI.create("http://127.0.0.1:" + port));
  }

  /** What came of it. */
  record Answer(int status, String body) {}

  /** Has it order one piece of tea. Status 0 if it does not answer. */
  Answer reserve() {
    HttpRequest request =
        HttpRequest.newBuilder(desk.resolve("/orders?item=tea&quantity=1"))
            .timeout(PATIENCE)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      return new Answer(answer.statusCode(), answer.body());
    } catch (IOException e) {
      return new Answer(0, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted");
    }
  }

  void stop() {
    program.stop();
  }
}
