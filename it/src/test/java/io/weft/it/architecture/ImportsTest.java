package io.weft.it.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.weft.it.process.Artifacts;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Imports go one way between modules. */
class ImportsTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importPaths(
              Stream.of(
                      "control/api",
                      "control/server",
                      "control/cli",
                      "agent/bootstrap",
                      "agent/core",
                      "instrumentation/concurrent",
                      "instrumentation/jvm",
                      "instrumentation/jdk-http",
                      "instrumentation/grpc",
                      "instrumentation/tomcat",
                      "demo-apps/orders",
                      "demo-apps/stock",
                      "demo-apps/recommendations",
                      "demo-apps/storefront")
                  .map(ImportsTest::classesOf)
                  .toList());

  @Test
  void every_part_is_looked_at() {
    for (String part :
        List.of("api", "control", "cli", "bootstrap", "core", "instrumentation", "demo")) {
      assertThat(CLASSES).anyMatch(each -> each.getPackageName().startsWith("io.weft." + part));
    }
  }

  @Test
  void the_agents_way_in_knows_the_JDK_alone() {
    classes()
        .that()
        .resideInAPackage("io.weft.bootstrap..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "io.weft.bootstrap..", "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void the_agents_core_knows_of_the_mesh_only_what_control_sends() {
    noClasses()
        .that()
        .resideInAPackage("io.weft.core..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.weft.instrumentation..",
            "io.weft.bootstrap..",
            "io.weft.control..",
            "io.weft.cli..",
            "io.weft.demo..")
        .check(CLASSES);
  }

  @Test
  void adapters_know_the_core_and_not_the_protocol() {
    noClasses()
        .that()
        .resideInAPackage("io.weft.instrumentation..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.weft.api..",
            "io.weft.bootstrap..",
            "io.weft.control..",
            "io.weft.cli..",
            "io.weft.demo..")
        .check(CLASSES);
  }

  @Test
  void adapters_do_not_know_one_another() {
    slices()
        .matching("io.weft.instrumentation.(*)..")
        .should()
        .notDependOnEachOther()
        .check(CLASSES);
  }

  @Test
  void control_knows_nothing_of_the_agent() {
    noClasses()
        .that()
        .resideInAnyPackage("io.weft.control..", "io.weft.cli..", "io.weft.api..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.weft.core..", "io.weft.bootstrap..", "io.weft.instrumentation..")
        .check(CLASSES);
  }

  @Test
  void applications_know_nothing_of_the_mesh() {
    noClasses()
        .that()
        .resideInAPackage("io.weft.demo..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.weft.api..",
            "io.weft.core..",
            "io.weft.control..",
            "io.weft.cli..",
            "io.weft.bootstrap..",
            "io.weft.instrumentation..")
        .check(CLASSES);
  }

  @Test
  void packages_of_control_form_no_circles() {
    slices().matching("io.weft.control.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  private static Path classesOf(String module) {
    return Artifacts.existing(module + "/target/classes");
  }
}
