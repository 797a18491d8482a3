package io.weft.it.contract;

import static io.weft.it.contract.ContractMesh.eventually;

import io.weft.it.process.ControlService;
import io.weft.it.process.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;

/** A mesh of its own, where certificates live for seconds: a caller and a service of two. */
final class GrpcRotation implements AutoCloseable {
  private final ControlService control;
  private final Path folder;
  private final List<JavaProcess> apps = new ArrayList<>();
  private final JavaProcess caller;
  private int calls;

  GrpcRotation(List<Path> classPath) throws IOException {
    folder =
        Files.createTempDirectory(
            Files.createDirectories(Path.of("target").toAbsolutePath()), "rotation");
    control = ControlService.embedded(folder, "--leaf-life", "4s");
    for (String version : List.of("v1", "v2")) {
      start("texts", classPath, "serve", version).awaitLine("serving on port");
    }
    caller = start("caller", classPath, "call", "dns:///texts");
    caller.awaitLine("calling");
    eventually().until(() -> call("unary 2000 peer").contains("sa/caller "));
  }

  /**
   * Has calls made for some seconds.
   *
   * @return with the groups calls, peers, echoes and failures
   */
  Matcher load(int seconds) {
    String answer = call("load 0 " + seconds);
    Matcher result =
        java.util.regex.Pattern.compile(
                "OK (?<calls>\\d+) calls, (?<peers>\\d+) peers, (?<echoes>\\d+) echoes, "
                    + "(?<failures>.*)")
            .matcher(answer);
    if (!result.matches()) {
      throw new AssertionError(answer + "\n" + String.join("\n", caller.output()));
    }
    return result;
  }

  private String call(String what) {
    calls++;
    caller.send(calls + " " + what);
    return caller.awaitLine("answer " + calls + " (.*)").group(1);
  }

  private JavaProcess start(String service, List<Path> classPath, String role, String argument) {
    JavaProcess app =
        JavaProcess.of(service)
            .agent("")
            .env(control.agentEnvironment(folder))
            .env("WEFT_SERVICE", service)
            .main(classPath, "GrpcApp", role, argument)
            .start();
    apps.add(app);
    return app;
  }

  @Override
  public void close() {
    apps.forEach(JavaProcess::close);
    control.close();
  }
}
