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

/** The JVM's archive of classes, made and used as docs/agent.md says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClassArchiveIT {
  // Classes that nobody has linked in the training, and the lambdas of the agent's loader, are not
  // archived: on Java 17 an eighth, on 25 next to none.
  private static final double LEAST_SHARE = 0.75;

  private Path folder;
  private Path application;
  private ControlService control;

  static Stream<Jdk> jdks() {
    return Jdk.oldestAndNewest();
  }

  @BeforeAll
  void open(@TempDir Path folder) throws IOException {
    this.folder = folder;
    application = jar(Idle.class);
    control = ControlService.embedded(folder);
  }

  @AfterAll
  void end() {
    control.close();
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void classes_of_the_agent_come_from_an_archive_that_a_training_made(Jdk jdk) throws IOException {
    Path archive = folder.resolve("idle-" + jdk.feature() + ".jsa");
    run(idle(jdk).option("-XX:ArchiveClassesAtExit=" + archive));
    assertThat(archive).exists();

    Path log = folder.resolve("classes-" + jdk.feature() + ".log");
    run(
        idle(jdk)
            .option("-XX:SharedArchiveFile=" + archive)
            .option("-Xlog:class+load=info:file=" + log + ":none"));

    List<String> ours =
        Files.readAllLines(log).stream()
            .filter(line -> line.startsWith("io.weft.") || line.startsWith("net.bytebuddy."))
            .filter(line -> !line.contains("$$Lambda"))
            .toList();
    long archived = ours.stream().filter(line -> line.contains("shared objects file")).count();
    assertThat((double) archived / ours.size()).isGreaterThan(LEAST_SHARE);
  }

  private JavaProcess.Builder idle(Jdk jdk) {
    return JavaProcess.of("idle on Java " + jdk.feature())
        .jdk(jdk)
        .option("-XX:+UnlockDiagnosticVMOptions")
        .option("-XX:+AllowArchivingWithJavaAgent")
        .agent("service=idle,log=debug")
        .env(control.agentEnvironment(folder.resolve("dir-" + System.nanoTime())))
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
  private Path jar(Class<?> type) throws IOException {
    String entry = type.getName().replace('.', '/') + ".class";
    Path jar = folder.resolve("application.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream classes = new JarOutputStream(out)) {
      classes.putNextEntry(new JarEntry(entry));
      Files.copy(Artifacts.existing("it/target/test-classes").resolve(entry), classes);
    }
    return jar;
  }
}
