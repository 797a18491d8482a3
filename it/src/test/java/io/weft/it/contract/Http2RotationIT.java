package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.contract.Client.Answer;
import io.weft.it.process.ControlService;
import io.weft.it.process.JavaProcess;
import io.weft.it.process.Jdk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTP/2 where certificates live for seconds. */
class Http2RotationIT {
  private static final int AT_ONCE = 8;

  @Test
  void certificates_rotate_under_streams_and_no_call_fails(@TempDir Path folder) {
    List<Path> tomcat = TestApps.compiled("TomcatApp", "tomcat11", false);
    try (ControlService control = ControlService.embedded(folder, "--leaf-life", "4s");
        JavaProcess server =
            within(
                    control,
                    folder,
                    "tomcats",
                    JavaProcess.of("Tomcat")
                        .option("-Dversion=v1")
                        .main(tomcat, "TomcatApp", folder.resolve("tomcat").toString()))
                .start();
        Client oldest = caller(control, folder, Jdk.oldest());
        Client newest = caller(control, folder, Jdk.newest())) {
      server.awaitLine("serving on port");
      CompletableFuture<List<Answer>> calls = CompletableFuture.supplyAsync(() -> answers(oldest));

      assertThat(List.of(answers(newest), calls.join()))
          .allSatisfy(
              answers -> {
                assertThat(answers).allSatisfy(each -> assertThat(each.status()).isEqualTo(200));
                assertThat(answers).extracting(a -> a.field("version")).contains("HTTP_2");
                assertThat(answers.stream().map(Answer::body).distinct()).hasSizeGreaterThan(3);
              });
    }
  }

  private static List<Answer> answers(Client client) {
    eventually().until(() -> client.get("http://tomcats/headers").status() == 200);
    List<Answer> answers = new ArrayList<>();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
    while (System.nanoTime() < end) {
      List<CompletableFuture<Answer>> calls = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        calls.add(client.call("GET", "http://tomcats/connection").sendAsync());
      }
      calls.forEach(call -> answers.add(call.join()));
    }
    return answers;
  }

  private static Client caller(ControlService control, Path folder, Jdk jdk) {
    return new Client(
        within(control, folder, "caller", Client.app("HttpClient-2").jdk(jdk)).start());
  }

  private static JavaProcess.Builder within(
      ControlService control, Path folder, String service, JavaProcess.Builder process) {
    return process.agent("").env(control.agentEnvironment(folder)).env("WEFT_SERVICE", service);
  }
}
