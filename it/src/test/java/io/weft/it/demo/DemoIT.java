package io.weft.it.demo;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.process.Artifacts;
import io.weft.it.process.JavaProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = MINUTES)
class DemoIT {
  private static final Duration PATIENCE = Duration.ofMinutes(9);

  @Test
  void theScriptFindsAllAsExpected() {
    try (JavaProcess check = demo("--check")) {
      int exit = check.awaitExit();
      assertThat(exit).as(String.join("\n", check.output())).isZero();
      assertThat(check.output()).anyMatch(line -> line.contains(" 0 not, 0 not checked"));
    }
  }

  @Test
  void theTableShowsEveryEdgeAndCtrlCLeavesNothingBehind() throws Exception {
    try (JavaProcess demo = demo()) {
      Path folder = Path.of(demo.awaitLine("Starting, in (.+)").group(1));
      demo.awaitLine("Ctrl-C ends everything");
      demo.awaitLine("storefront +→ orders .* 100.0 %");
      demo.awaitLine("orders +→ stock");
      List<ProcessHandle> started =
          ProcessHandle.of(demo.pid()).orElseThrow().descendants().toList();
      assertThat(started).hasSizeGreaterThanOrEqualTo(6);

      demo.interrupt();
      demo.awaitExit();

      assertThat(started).noneMatch(ProcessHandle::isAlive);
      assertThat(folder).doesNotExist();
      assertThat(containers("weft-demo-.*-" + demo.pid())).isEmpty();
    }
  }

  @Test
  void withoutDockerControlKeepsThePoliciesItself() {
    try (JavaProcess demo = demo("--etcd=none", "--jaeger=none")) {
      demo.awaitLine("control keeps the policies itself");
      demo.awaitLine("storefront +→ orders .* 100.0 %");

      demo.interrupt();
      demo.awaitExit();
    }
  }

  private static JavaProcess demo(String... options) {
    List<String> arguments = new ArrayList<>(List.of("demo"));
    arguments.addAll(List.of(options));
    addImage(arguments, "etcd");
    addImage(arguments, "jaeger");
    return JavaProcess.of("weft demo")
        .patience(PATIENCE)
        .option("-Dfile.encoding=UTF-8")
        .jar(Artifacts.cliJar(), arguments.toArray(String[]::new))
        .start();
  }

  private static void addImage(List<String> arguments, String part) {
    String image = System.getProperty("weft.test." + part + ".image", "");
    if (!image.isEmpty()) {
      arguments.add("--" + part + "-image=" + image);
    }
  }

  private static String containers(String name) throws IOException, InterruptedException {
    Process docker =
        new ProcessBuilder("docker", "ps", "--all", "--quiet", "--filter", "name=" + name)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String found =
        new String(docker.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(docker.waitFor()).isZero();
    return found;
  }
}
