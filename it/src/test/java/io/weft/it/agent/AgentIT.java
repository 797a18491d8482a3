package io.weft.it.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.it.agent.app.OldJava;
import io.weft.it.agent.app.Surroundings;
import io.weft.it.process.Artifacts;
import io.weft.it.process.JavaProcess;
import io.weft.it.process.Jdk;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentIT {
  // Where nobody listens; its tests are not about control.
  private static final String NO_CONTROL = "control=127.0.0.1:9";

  @TempDir private Path folder;

  static Stream<Jdk> jdks() {
    return Jdk.oldestAndNewest();
  }

  @Test
  void the_jar_shows_nothing_but_the_way_in() throws IOException {
    try (JarFile jar = new JarFile(Artifacts.agentJar().toFile())) {
      assertThat(jar.stream().filter(entry -> !entry.isDirectory()).map(entry -> entry.getName()))
          .filteredOn(name -> !name.startsWith("inst/"))
          .allMatch(
              name -> name.equals("META-INF/MANIFEST.MF") || name.startsWith("io/weft/bootstrap/"));
      assertThat(jar.stream().map(entry -> entry.getName()))
          .filteredOn(name -> name.startsWith("inst/"))
          .noneMatch(name -> name.endsWith(".class"));
    }
  }

  /** What no code names is left out of the jar, but for these. */
  @Test
  void the_jar_has_all_that_its_libraries_find_by_service_files() throws IOException {
    try (JarFile jar = new JarFile(Artifacts.agentJar().toFile())) {
      List<String> providers = new ArrayList<>();
      for (JarEntry entry : Collections.list(jar.entries())) {
        if (!entry.isDirectory() && entry.getName().startsWith("inst/META-INF/services/")) {
          try (InputStream in = jar.getInputStream(entry)) {
            new String(in.readAllBytes(), UTF_8)
                .lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .forEach(providers::add);
          }
        }
      }
      assertThat(providers)
          .contains("io.grpc.internal.DnsNameResolverProvider")
          .allMatch(name -> jar.getEntry("inst/" + name.replace('.', '/') + ".classdata") != null);
    }
  }

  @Test
  void the_way_in_loads_on_java_8_to_say_what_it_needs() throws IOException {
    try (JarFile jar = new JarFile(Artifacts.agentJar().toFile());
        InputStream in = jar.getInputStream(jar.getEntry("io/weft/bootstrap/WeftAgent.class"));
        DataInputStream data = new DataInputStream(in)) {
      assertThat(data.readInt()).isEqualTo(0xCAFEBABE);
      assertThat(data.readUnsignedShort()).isZero();
      assertThat(data.readUnsignedShort()).isEqualTo(52);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.8", "11", "16"})
  void an_older_java_is_told_so_in_one_line_and_the_application_runs(String version) {
    try (JavaProcess process =
        JavaProcess.of("Java " + version)
            .main(List.of(classes(), Artifacts.agentJar()), OldJava.class.getName(), version)
            .start()) {
      assertThat(process.awaitExit()).isZero();
      assertThat(process.output())
          .containsExactly(
              "[weft] WARN this is Java "
                  + version
                  + ", and the agent needs 17 or newer: the application runs without it",
              "the application runs");
    }
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void an_application_sees_nothing_of_the_agent(Jdk jdk) {
    List<String> without = run(JavaProcess.of("without").jdk(jdk));

    List<String> with =
        run(JavaProcess.of("with").jdk(jdk).agent("service=a," + NO_CONTROL + ",dir=" + folder));

    assertThat(with).filteredOn(line -> !line.startsWith("[weft]")).isEqualTo(without);
    assertThat(with).contains("class io.grpc.ManagedChannel false");
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void the_applications_own_log_manager_is_the_first(Jdk jdk) {
    List<String> output =
        run(
            JavaProcess.of("own log manager")
                .jdk(jdk)
                .option("-Djava.util.logging.manager=" + Surroundings.OwnLogManager.class.getName())
                .agent("service=a," + NO_CONTROL + ",dir=" + folder));

    assertThat(output).contains("handlers " + Surroundings.OwnLogManager.class.getName());
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void classes_with_native_libraries_are_initialized_before_main_so_that_nobody_waits_for_another(
      Jdk jdk) {
    List<String> initialized =
        run(
                JavaProcess.of("logging")
                    .jdk(jdk)
                    .option("-Xlog:class+init=info")
                    .agent("service=a," + NO_CONTROL + ",dir=" + folder))
            .stream()
            .filter(line -> line.contains("Initializing '"))
            .map(line -> line.replaceFirst(".*Initializing '([^']*)'.*", "$1"))
            .toList();

    String main = Surroundings.class.getName().replace('.', '/');
    assertThat(initialized).contains(main);
    assertThat(initialized.subList(0, initialized.indexOf(main)))
        .contains("java/net/InetAddress", "java/net/NetworkInterface", "sun/nio/ch/IOUtil");
  }

  @Test
  void given_twice_it_works_once_and_says_so() {
    String agent = "-javaagent:" + Artifacts.agentJar() + "=service=a," + NO_CONTROL;
    List<String> output =
        run(JavaProcess.of("twice").option(agent + ",dir=" + folder).option(agent));

    assertThat(ours(output)).filteredOn(line -> line.contains("twice")).hasSize(1);
    assertThat(output).contains("thread main");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "service=a,contrl=127.0.0.1:1        | contrl     | control",
        "service=a,control=127.0.0.1:http     | control    | 127.0.0.1:http",
        "service=a,token=secret              | token      | weft1",
        "service=a,control=127.0.0.1:99999   | control    | 99999",
        "service=Not A Name                  | service    | Not A Name",
        "service=a,drain=soon                | drain      | soon",
        "service=a,log=loud                  | log        | loud",
        "service=a,labels=version            | labels     | version",
        "service=a,ports.exclude=http        | ports      | http",
        "service=a,token.file=/not/there     | token.file | /not/there",
        "service                             | service    | name=value",
      })
  void a_wrong_setting_is_one_line_that_names_it_and_the_application_runs(
      String arguments, String named, String mend) {
    try (JavaProcess process =
        JavaProcess.of("wrong setting")
            .agent(arguments)
            .main(List.of(classes()), Surroundings.class.getName(), "stay")
            .start()) {
      String line = process.awaitLine("^\\[weft\\] .*" + Pattern.quote(named) + ".*").group();
      assertThat(line).contains(mend);
      process.send("end");
      assertThat(process.awaitExit()).isZero();
      assertThat(process.output())
          .contains("thread main")
          .noneMatch(each -> each.startsWith("\tat "));
    }
  }

  @Test
  void a_library_without_what_a_hook_needs_is_left_alone_and_that_is_said_once()
      throws IOException {
    Path source = Files.createDirectories(folder.resolve("org/apache/coyote"));
    Path file = source.resolve("AbstractProtocol.java");
    Files.writeString(
        file,
        """
        package org.apache.coyote;

        public class AbstractProtocol {
          public void start() {
            System.out.println("started");
          }

          public static void main(String[] arguments) {
            new AbstractProtocol().start();
            new AbstractProtocol().start();
          }
        }
        """);
    assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, file.toString()))
        .isZero();

    try (JavaProcess process =
        JavaProcess.of("a Tomcat of its own")
            .agent("service=a," + NO_CONTROL + ",dir=" + folder)
            .main(List.of(folder), "org.apache.coyote.AbstractProtocol")
            .start()) {
      assertThat(process.awaitExit()).isZero();
      assertThat(process.output()).filteredOn(line -> line.equals("started")).hasSize(2);
      assertThat(ours(process.output()))
          .filteredOn(line -> line.contains("tomcat"))
          .singleElement()
          .asString()
          .contains("left alone");
    }
  }

  private List<String> run(JavaProcess.Builder builder) {
    try (JavaProcess process =
        builder.main(List.of(classes()), Surroundings.class.getName()).start()) {
      assertThat(process.awaitExit()).as(() -> String.join("\n", process.output())).isZero();
      return process.output();
    }
  }

  private static List<String> ours(List<String> output) {
    return output.stream().filter(line -> line.startsWith("[weft]")).toList();
  }

  private static Path classes() {
    return Artifacts.existing("it/target/test-classes");
  }
}
