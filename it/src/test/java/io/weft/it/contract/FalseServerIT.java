package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.contract.app.PortApp;
import io.weft.it.process.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a caller says to a server at an instance's address that is not that instance, though the
 * mesh's root has signed its certificate: openssl, which writes down what it is told.
 */
@ExtendWith(ContractMesh.Extension.class)
class FalseServerIT {
  private static final String ADDRESS = "127.0.0.91";
  private static final String SERVICE = "false-server";

  @ParameterizedTest
  @ValueSource(strings = {"HttpClient-1.1", "HttpClient-async", "HttpURLConnection"})
  void a_caller_says_nothing_to_a_server_that_is_another_than_it_should_be(
      String library, ContractMesh mesh) throws IOException {
    try (JavaProcess instance = instance(mesh);
        Client caller = new Client(mesh.start("caller-of-" + SERVICE, Client.app(library)))) {
      String port = instance.awaitLine("serving on port (\\d+)").group(1);
      eventually().until(() -> !mesh.ports(instance).isEmpty());
      try (Openssl genuine = new Openssl(port, mesh.forgeries().certificate(SERVICE))) {
        eventually()
            .untilAsserted(
                () -> {
                  caller.call("GET", "http://" + SERVICE + "/told").timeoutMillis(1_000).send();
                  assertThat(genuine.told()).as("to the very instance").contains("GET /told");
                });
      }
      try (Openssl other = new Openssl(port, mesh.forgeries().certificate("good"))) {
        for (int i = 0; i < 5; i++) {
          Client.Answer answer =
              caller.call("GET", "http://" + SERVICE + "/told").timeoutMillis(5_000).send();
          assertThat(answer.body()).isEmpty();
        }

        // With an alert, or a library that hangs up before it is out.
        eventually().untilAsserted(() -> assertThat(other.told()).contains("ERROR"));
        assertThat(other.told()).doesNotContain("GET").doesNotContain("/told");
      }
    }
  }

  @Test
  void a_caller_of_grpc_says_nothing_to_it_either(ContractMesh mesh) throws IOException {
    List<Path> classPath =
        TestApps.compiled("GrpcApp", "grpc", List.of(io.weft.it.process.Artifacts.cliJar()));
    try (JavaProcess instance = instance(mesh);
        JavaProcess caller =
            mesh.start(
                "caller-of-" + SERVICE,
                JavaProcess.of("caller").main(classPath, "GrpcApp", "call", "dns:///" + SERVICE))) {
      String port = instance.awaitLine("serving on port (\\d+)").group(1);
      eventually().until(() -> !mesh.ports(instance).isEmpty());
      AtomicInteger calls = new AtomicInteger();
      try (Openssl genuine = new Openssl(port, mesh.forgeries().certificate(SERVICE))) {
        eventually()
            .untilAsserted(
                () -> {
                  call(caller, calls);
                  assertThat(genuine.told()).as("to the very instance").contains("PRI * HTTP");
                });
      }
      try (Openssl other = new Openssl(port, mesh.forgeries().certificate("good"))) {
        eventually()
            .untilAsserted(
                () -> {
                  assertThat(call(caller, calls)).matches("(UNAVAILABLE|DEADLINE_EXCEEDED) .*");
                  assertThat(other.told()).contains("ERROR");
                });
        assertThat(other.told()).doesNotContain("PRI");
      }
    }
  }

  private static String call(JavaProcess caller, AtomicInteger calls) {
    int call = calls.incrementAndGet();
    caller.send(call + " unary 2000 hello");
    return caller.awaitLine("answer " + call + " (.*)").group(1);
  }

  private static JavaProcess instance(ContractMesh mesh) {
    return mesh.start(
        SERVICE,
        JavaProcess.of(SERVICE)
            .env("WEFT_ADDRESS", ADDRESS)
            .main(List.of(TestApps.classes()), PortApp.class.getName()));
  }

  /** A server that takes any client, and writes down what it is told and what goes wrong. */
  private static final class Openssl implements AutoCloseable {
    private final Path log;
    private final Process process;

    Openssl(String port, Path certificate) throws IOException {
      log = Files.createTempFile(Path.of("target").toAbsolutePath(), "openssl", ".log");
      List<String> command =
          new ArrayList<>(List.of("openssl", "s_server", "-accept", ADDRESS + ":" + port));
      command.addAll(Forgeries.options(certificate));
      command.addAll(List.of("-alpn", "h2,http/1.1", "-verify", "1", "-ign_eof"));
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      eventually().until(() -> told().contains("ACCEPT"));
    }

    String told() throws IOException {
      return Files.readString(log, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
