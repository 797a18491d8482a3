package io.weft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.weft.api.v1.Egress;
import io.weft.api.v1.Inbound;
import io.weft.api.v1.ServiceConfig;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
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

  /** Which the version of the resource tells as well, and there it is read. */
  private static final Set<String> TOLD_TWICE =
      Set.of(
          "Inbound.namespace", "Inbound.service", "ServiceConfig.namespace", "ServiceConfig.name");

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
    assertThat(holding)
        .as(
            "held-by.properties: the test that fails if %s is ignored; write one if there is none",
            field)
        .isNotNull();
    assertThat(failsWithout(field, selectMethod("io.weft.core." + holding)))
        .as("%s fails if %s is ignored", holding, field)
        .isTrue();
  }

  @Test
  void no_test_is_named_for_a_field_that_is_no_more() {
    assertThat(HOLDING.stringPropertyNames()).isSubsetOf(fields());
  }

  /** {@code Message.field} of all that control compiles policies to. */
  static Set<String> fields() {
    Set<String> fields = new TreeSet<>();
    for (Descriptor message : messages()) {
      for (FieldDescriptor field : message.getFields()) {
        fields.add(message.getName() + "." + field.getName());
      }
    }
    fields.removeAll(TOLD_TWICE);
    return fields;
  }

  private static Set<Descriptor> messages() {
    Set<Descriptor> messages = new LinkedHashSet<>();
    walk(ServiceConfig.getDescriptor(), messages);
    walk(Inbound.getDescriptor(), messages);
    walk(Egress.getDescriptor(), messages);
    return messages;
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

  // Whether it fails where nobody can set the field, and does not as things are.
  private static boolean failsWithout(String field, DiscoverySelector test) throws Exception {
    Set<String> failed;
    String[] names = field.split("\\.", -1);
    Class<?> builder = builder(names[0]);
    ClassReloadingStrategy reloading = ClassReloadingStrategy.fromInstalledAgent();
    try (var unloaded =
        new ByteBuddy()
            .redefine(builder)
            .method(writes(names[1]))
            .intercept(FixedValue.self())
            .make()) {
      unloaded.load(builder.getClassLoader(), reloading);
      failed = failures(test);
    } finally {
      reloading.reset(builder);
    }
    return !failed.isEmpty() && !failures(test).containsAll(failed);
  }

  private static Class<?> builder(String message) throws ClassNotFoundException {
    for (Descriptor each : messages()) {
      if (each.getName().equals(message)) {
        String name = each.getFullName().substring(each.getFile().getPackage().length() + 1);
        return Class.forName("io.weft.api.v1." + name.replace('.', '$') + "$Builder");
      }
    }
    throw new ClassNotFoundException(message);
  }

  // What a builder has for a field: setName, addName, addAllName, putAllName and the like.
  private static ElementMatcher<MethodDescription> writes(String field) {
    StringBuilder name = new StringBuilder();
    boolean begins = true;
    for (int i = 0; i < field.length(); i++) {
      char letter = field.charAt(i);
      if (letter != '_') {
        name.append(begins ? Character.toUpperCase(letter) : letter);
      }
      begins = letter == '_' || Character.isDigit(letter);
    }
    return ElementMatchers.<MethodDescription>nameMatches(
            "(set|add|addAll|put|putAll)" + name + "(Value|Bytes)?")
        .and(
            method ->
                method.getReturnType().asErasure().equals(method.getDeclaringType().asErasure()));
  }

  private static Set<String> failures(DiscoverySelector selected) {
    Set<String> failed = new HashSet<>();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selected)
                .filters(EngineFilter.includeEngines("junit-jupiter"))
                .build(),
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (result.getStatus() == Status.FAILED) {
                  failed.add(test.getUniqueId());
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
