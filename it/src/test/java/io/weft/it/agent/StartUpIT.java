package io.weft.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.agent.app.Idle;
import io.weft.it.process.Artifacts;
import io.weft.it.process.ControlService;
import io.weft.it.process.JavaProcess;
import io.weft.it.process.Jdk;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
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

  // Classes that nobody has linked in the training, and the lambdas of the agent's loader, are not
  // archived: on Java 17 an eighth, on 25 next to none.
  private static final double LEAST_ARCHIVED = 0.75;

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

    List<String> meshed = loaded("meshed", meshed("meshed", jdk), "certified as");

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
    List<Loaded> all = load("before-main", meshed("before-main", jdk), "certified as");
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

  /** As docs/agent.md says. */
  @ParameterizedTest
  @MethodSource("jdks")
  void classes_of_the_agent_come_from_an_archive_that_a_training_made(Jdk jdk) throws IOException {
    Path application = jar(Idle.class, "idle-" + jdk.feature() + ".jar");
    Path archive = folder.resolve("idle-" + jdk.feature() + ".jsa");
    run(archiving(jdk, application).option("-XX:ArchiveClassesAtExit=" + archive));
    assertThat(archive).exists();

    Path log = folder.resolve("classes-" + jdk.feature() + ".log");
    run(
        archiving(jdk, application)
            .option("-XX:SharedArchiveFile=" + archive)
            .option("-Xlog:class+load=info:file=" + log + ":none"));

    List<String> ours =
        Files.readAllLines(log).stream()
            .filter(line -> line.startsWith("io.weft.") || line.startsWith("net.bytebuddy."))
            .filter(line -> !line.contains("$$Lambda"))
            .toList();
    long archived = ours.stream().filter(line -> line.contains("shared objects file")).count();
    assertThat((double) archived / ours.size()).isGreaterThan(LEAST_ARCHIVED);
  }

  private JavaProcess.Builder meshed(String name, Jdk jdk) {
    return JavaProcess.of(name)
        .jdk(jdk)
        .agent("service=idle,log=debug")
        .env(control.agentEnvironment(folder.resolve("dir-" + System.nanoTime())));
  }

  private JavaProcess.Builder archiving(Jdk jdk, Path application) {
    return meshed("idle on Java " + jdk.feature(), jdk)
        .option("-XX:+UnlockDiagnosticVMOptions")
        .option("-XX:+AllowArchivingWithJavaAgent")
        .main(List.of(application), Idle.class.getName());
  }

  /** Until it has joined the mesh, and to its end. */
  private static void run(JavaProcess.Builder builder) {
    try (JavaProcess process = builder.start()) {
      process.awaitLine("certified as");
      process.send("end");
      assertThat(process.awaitExit()).isZero();
    }
  }

  /** A jar of one class: the JVM archives nothing where a folder is on the class path. */
  private Path jar(Class<?> type, String name) throws IOException {
    String entry = type.getName().replace('.', '/') + ".class";
    Path jar = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream classes = new JarOutputStream(out)) {
      classes.putNextEntry(new JarEntry(entry));
      Files.copy(Artifacts.existing("it/target/test-classes").resolve(entry), classes);
    }
    return jar;
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
