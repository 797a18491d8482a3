package io.weft.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.agent.app.Idle;
import io.weft.it.process.Artifacts;
import io.weft.it.process.ControlService;
import io.weft.it.process.JavaProcess;
import io.weft.it.process.Jdk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the agent brings into a process: loading classes is most of what its start costs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StartUpIT {
  // They are 5,900 on Java 17 and on 25; what comes on top of them should be worth it.
  private static final int MOST_CLASSES = 6_400;
  private static final int MOST_THREADS = 6;

  private Path folder;
  private ControlService control;

  static Stream<Jdk> jdks() {
    return Jdk.oldestAndNewest();
  }

  @BeforeAll
  void open(@TempDir Path folder) {
    this.folder = folder;
    control = ControlService.embedded(folder);
  }

  @AfterAll
  void end() {
    control.close();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void an_instance_of_a_mesh_has_few_classes_and_threads_more_than_alone(Jdk jdk)
      throws IOException {
    List<String> alone = loaded("alone", JavaProcess.of("alone").jdk(jdk), "listening");

    List<String> meshed =
        loaded(
            "meshed",
            JavaProcess.of("meshed")
                .jdk(jdk)
                .agent("service=idle,log=debug")
                .env(control.agentEnvironment(folder.resolve("dir-" + System.nanoTime()))),
            "certified as");

    assertThat(meshed.size() - alone.size()).isPositive().isLessThan(MOST_CLASSES);
    // The exporters' client is for those who have something to send, Bouncy Castle's tables of
    // algorithms for nobody.
    assertThat(meshed)
        .anyMatch(name -> name.startsWith("io.weft.core.link."))
        .noneMatch(name -> name.startsWith("okhttp3."))
        .noneMatch(name -> name.startsWith("org.bouncycastle.operator.jcajce."))
        // New JVMs would warn of it.
        .noneMatch(name -> name.startsWith("net.bytebuddy.dynamic.Nexus"));
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void main_waits_for_none_of_the_libraries_that_the_agent_brings(Jdk jdk) throws IOException {
    List<Loaded> all =
        load(
            "before-main",
            JavaProcess.of("before-main")
                .jdk(jdk)
                .agent("service=idle,log=debug")
                .env(control.agentEnvironment(folder.resolve("dir-" + System.nanoTime()))),
            "certified as");
    int main = all.stream().map(Loaded::name).toList().indexOf(Idle.class.getName());
    String thread = all.get(main).thread();

    List<String> waitedFor =
        all.subList(0, main).stream()
            .filter(each -> each.thread().equals(thread))
            .map(Loaded::name)
            .toList();
    assertThat(waitedFor).contains("io.weft.core.AgentStart");
    assertThat(waitedFor)
        .filteredOn(
            name ->
                name.startsWith("net.bytebuddy.")
                    || name.startsWith("io.netty.")
                    || name.startsWith("io.grpc."))
        .isEmpty();
    assertThat(all).extracting(Loaded::name).anyMatch(name -> name.startsWith("net.bytebuddy."));
  }

  /** A class, and the thread by which it was loaded. */
  private record Loaded(String thread, String name) {}

  private List<String> loaded(String name, JavaProcess.Builder builder, String line)
      throws IOException {
    return load(name, builder, line).stream().map(Loaded::name).toList();
  }

  /** All classes that were loaded until a line came. */
  private List<Loaded> load(String name, JavaProcess.Builder builder, String line)
      throws IOException {
    Path log = folder.resolve(name + "-" + System.nanoTime() + ".log");
    try (JavaProcess process =
        builder
            .option("-Xlog:class+load=info:file=" + log + ":tid")
            .main(List.of(Artifacts.existing("it/target/test-classes")), Idle.class.getName())
            .start()) {
      process.awaitLine(line);
      process.send("");
      String threads = process.awaitLine("^threads(.*)").group(1).strip();
      assertThat(threads.split(" ")).hasSizeLessThanOrEqualTo(MOST_THREADS);
      return Files.readAllLines(log).stream()
          .filter(each -> each.contains(" source: "))
          .map(each -> each.split(" ", 3))
          .map(words -> new Loaded(words[0], words[1]))
          .toList();
    }
  }
}
