package io.weft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.weft.api.v1.Inbound;
import io.weft.api.v1.ServiceConfig;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.dynamic.loading.ClassReloadingStrategy;
import net.bytebuddy.implementation.FixedValue;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.matcher.ElementMatchers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Each field of policy is held by a test that fails if the field is ignored. Which one,
 * held-by.properties says; here that test is run while nobody can set the field, and must fail.
 */
class EveryFieldTest {
  private static final Path HELD_BY = Path.of("src/test/resources/io/weft/core/held-by.properties");
  private static final Properties HOLDING = holding();
  private static final String OF_POLICY = "(call|config|explain|inbound|telemetry)";

  @BeforeAll
  static void attach() {
    ByteBuddyAgent.install();
  }

  @ParameterizedTest
  @MethodSource("fields")
  void a_test_misses(String field) throws Exception {
    String holding = HOLDING.getProperty(field);
    if (holding != null && holding.startsWith("it/")) {
      String[] test = holding.split("#", -1);
      assertThat(Path.of("../..", test[0])).content().contains(" " + test[1] + "() {");
      return;
    }
    if (holding == null) {
      assertThat(found(field).map(test -> "add to held-by.properties: " + field + " = " + test))
          .as("%s can be ignored and no test fails: write one", field)
          .contains("a line of held-by.properties");
    }
    assertThat(missing(field, selectMethod("io.weft.core." + holding)))
        .as("%s fails if %s is ignored", holding, field)
        .isPresent();
  }

  @Test
  void no_test_is_named_for_a_field_that_is_no_more() {
    assertThat(HOLDING.stringPropertyNames()).isSubsetOf(fields());
  }

  /** Which the version of the resource tells as well, and there it is read. */
  private static final Set<String> TOLD_TWICE =
      Set.of(
          "Inbound.namespace", "Inbound.service", "ServiceConfig.namespace", "ServiceConfig.name");

  /** {@code Message.field} of all that control compiles policies to. */
  static Set<String> fields() {
    Set<Descriptor> messages = new LinkedHashSet<>();
    walk(ServiceConfig.getDescriptor(), messages);
    walk(Inbound.getDescriptor(), messages);
    Set<String> fields = new TreeSet<>();
    for (Descriptor message : messages) {
      for (FieldDescriptor field : message.getFields()) {
        fields.add(message.getName() + "." + field.getName());
      }
    }
    fields.removeAll(TOLD_TWICE);
    return fields;
  }

  private static void walk(Descriptor message, Set<Descriptor> seen) {
    if (!message.getOptions().getMapEntry() && seen.add(message)) {
      for (FieldDescriptor field : message.getFields()) {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
          walk(field.getMessageType(), seen);
        }
      }
    }
  }

  // Of all tests, those of the classes named after the message first.
  private static Optional<String> found(String field) throws Exception {
    String message = field.substring(0, field.indexOf('.'));
    List<String> classes;
    try (Stream<Path> files = Files.walk(Path.of("target/test-classes/io/weft/core"))) {
      classes =
          files
              .map(file -> Path.of("target/test-classes").relativize(file).toString())
              .filter(file -> file.matches(".*/" + OF_POLICY + "/[A-Za-z]+Test\\.class"))
              .map(name -> name.replace(".class", "").replace('/', '.'))
              .sorted(
                  Comparator.<String, Boolean>comparing(name -> !name.contains("." + message))
                      .thenComparing(Comparator.naturalOrder()))
              .toList();
    }
    for (String each : classes) {
      Optional<String> missing = missing(field, selectClass(each));
      if (missing.isPresent()) {
        return missing;
      }
    }
    return Optional.empty();
  }

  // The first that fails where nobody can set the field, and does not as things are.
  private static Optional<String> missing(String field, DiscoverySelector tests) throws Exception {
    List<String> failed;
    String[] names = field.split("\\.", -1);
    Class<?> builder = Class.forName("io.weft.api.v1." + names[0] + "$Builder");
    ClassReloadingStrategy reloading = ClassReloadingStrategy.fromInstalledAgent();
    try (var unloaded =
        new ByteBuddy()
            .redefine(builder)
            .method(writes(names[1]))
            .intercept(FixedValue.self())
            .make()) {
      unloaded.load(builder.getClassLoader(), reloading);
      failed = failures(tests);
    } finally {
      reloading.reset(builder);
    }
    if (!failed.isEmpty()) {
      failed.removeAll(failures(tests));
    }
    return failed.stream().findFirst();
  }

  // What a builder has for a field: setName, addName, addAllName, putAllName and the like.
  private static ElementMatcher<MethodDescription> writes(String field) {
    StringBuilder name = new StringBuilder();
    for (String word : field.split("_", -1)) {
      name.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
    }
    return ElementMatchers.<MethodDescription>nameMatches(
            "(set|add|addAll|put|putAll|merge)" + name + "(Value|Bytes)?")
        .and(
            method ->
                method.getReturnType().asErasure().equals(method.getDeclaringType().asErasure()));
  }

  private static List<String> failures(DiscoverySelector tests) {
    List<String> failed = new ArrayList<>();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(tests)
                .filters(EngineFilter.includeEngines("junit-jupiter"))
                .build(),
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (result.getStatus() == Status.FAILED) {
                  test.getSource()
                      .filter(
                          org.junit.platform.engine.support.descriptor.MethodSource.class
                              ::isInstance)
                      .map(org.junit.platform.engine.support.descriptor.MethodSource.class::cast)
                      .ifPresent(
                          source ->
                              failed.add(
                                  source.getClassName().replace("io.weft.core.", "")
                                      + "#"
                                      + source.getMethodName()
                                      + "("
                                      + source.getMethodParameterTypes()
                                      + ")"));
                }
              }
            });
    return failed;
  }

  private static Properties holding() {
    Properties holding = new Properties();
    try (Reader reader = Files.newBufferedReader(HELD_BY, StandardCharsets.UTF_8)) {
      holding.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return holding;
  }
}
