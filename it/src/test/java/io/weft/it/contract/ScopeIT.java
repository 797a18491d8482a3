package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.contract.app.ScopeApp;
import io.weft.it.process.JavaProcess;
import io.weft.it.process.Jdk;
import io.weft.it.process.SpanSink.Span;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A request goes with its work from thread to thread, and with no other. */
@ExtendWith(ContractMesh.Extension.class)
class ScopeIT {
  private final ContractMesh mesh;
  private final HttpClient http = HttpClient.newHttpClient();

  ScopeIT(ContractMesh mesh) {
    this.mesh = mesh;
  }

  static Stream<Jdk> jdks() {
    return Jdk.oldestAndNewest();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void a_call_belongs_to_the_request_it_works_for_on_whichever_thread(Jdk jdk) {
    String service = "scope-" + jdk.feature();
    try (JavaProcess app = start(jdk, service)) {
      String port = app.awaitLine("serving on port (\\d+)").group(1);
      eventually().until(() -> get(port, "/join/same-thread").statusCode() == 200);
      List<String> ways = List.of(get(port, "/ways").body().split(","));
      assertThat(ways).contains("pool", "supply-async", "schedule", "fork-join");

      for (String way : ways) {
        assertThat(get(port, "/join/" + way).statusCode()).as(way).isEqualTo(200);

        eventually()
            .untilAsserted(
                () -> assertThat(served("/join/" + way)).as(way).anyMatch(this::leadsToALeaf));
      }

      app.send("close");
      eventually().untilAsserted(() -> assertThat(served("/leaf/outside")).hasSize(4));
      assertThat(served("/leaf/outside"))
          .allSatisfy(
              span ->
                  assertThat(mesh.spans().of(span.traceId()))
                      .extracting(each -> each.attribute("url.path"))
                      .noneMatch(path -> path.startsWith("/join/")));
    }
  }

  // SERVER span of the leaf below a CLIENT span below this one.
  private boolean leadsToALeaf(Span root) {
    List<Span> trace = mesh.spans().of(root.traceId());
    return trace.stream()
        .filter(client -> client.kind() == Span.CLIENT && client.parent().equals(root.id()))
        .anyMatch(
            client ->
                trace.stream()
                    .anyMatch(
                        leaf -> leaf.kind() == Span.SERVER && leaf.parent().equals(client.id())));
  }

  private List<Span> served(String path) {
    return mesh.spans().all().stream()
        .filter(span -> span.kind() == Span.SERVER && span.attribute("url.path").equals(path))
        .toList();
  }

  private JavaProcess start(Jdk jdk, String service) {
    return mesh.start(
        service,
        JavaProcess.of(service)
            .jdk(jdk)
            .main(List.of(TestApps.classes()), ScopeApp.class.getName(), service));
  }

  private HttpResponse<String> get(String port, String path) {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
