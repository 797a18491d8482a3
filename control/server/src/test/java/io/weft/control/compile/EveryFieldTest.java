package io.weft.control.compile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.weft.control.accept.Accepted;
import io.weft.control.accept.Accepted.InForce;
import io.weft.control.document.Document;
import io.weft.control.document.DocumentReader;
import io.weft.control.document.Field;
import io.weft.control.document.Kind;
import io.weft.control.document.Type;
import io.weft.control.document.Type.Many;
import io.weft.control.document.Type.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Walks what may be written, field by field: without the field, agents must get something else, or
 * the document be refused. A field that nobody compiles cannot pass, nor can one that does not
 * stand in every-field.yaml.
 */
class EveryFieldTest {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final List<JsonNode> DOCUMENTS = documents();

  /** For people and tools; and what one kind is always refused with. */
  private static final Set<String> RULE_NOTHING =
      Set.of("metadata.labels", "metadata.annotations", "Route: spec.to.route");

  @ParameterizedTest
  @MethodSource("fields")
  void what_agents_get_depends_on(Kind kind, String field) {
    List<JsonNode> holding =
        DOCUMENTS.stream()
            .filter(document -> document.path("kind").asText().equals(kind.word()))
            .filter(document -> !without(document, field).equals(document))
            .toList();

    assertThat(holding)
        .as("documents of every-field.yaml with %s: %s", kind.word(), field)
        .isNotEmpty();
    assertThat(holding)
        .as("%s: %s", kind.word(), field)
        .allSatisfy(
            document ->
                assertThat(agentsGet(document, without(document, field)))
                    .isNotEqualTo(agentsGet(document, document)));
  }

  static List<Arguments> fields() {
    List<Arguments> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      List<String> paths = new ArrayList<>();
      walk(kind.document(), "", paths);
      paths.stream()
          .filter(path -> !RULE_NOTHING.contains(path))
          .filter(path -> !RULE_NOTHING.contains(kind.word() + ": " + path))
          .forEach(path -> all.add(Arguments.of(kind, path)));
    }
    return all;
  }

  private static void walk(Type type, String path, List<String> paths) {
    if (type instanceof Many many) {
      walk(many.element(), path, paths);
    } else if (type instanceof Shape shape) {
      for (Field field : shape.fields()) {
        String below = path.isEmpty() ? field.name() : path + "." + field.name();
        boolean choice = !(field.type() instanceof Type.OneOf oneOf) || oneOf.allowed().size() > 1;
        if (choice) {
          paths.add(below);
        }
        walk(field.type(), below, paths);
      }
    }
  }

  // Takes the field out wherever it stands, of lists from each element.
  private static JsonNode without(JsonNode document, String path) {
    JsonNode copy = document.deepCopy();
    take(copy, Arrays.asList(path.split("\\.")));
    return copy;
  }

  private static void take(JsonNode node, List<String> path) {
    if (node instanceof ArrayNode list) {
      list.forEach(each -> take(each, path));
    } else if (node instanceof ObjectNode object) {
      if (path.size() == 1) {
        object.remove(path.get(0));
      } else {
        take(object.path(path.get(0)), path.subList(1, path.size()));
      }
    }
  }

  /**
   * All that the callers and services of a small mesh get where every document is in force and one
   * is written in another way; its problems if it is refused.
   */
  @SuppressWarnings("ReferenceEquality") // The very document that is written in another way.
  private static List<Object> agentsGet(JsonNode document, JsonNode written) {
    DocumentReader.Read read = read(written);
    if (!read.problems().isEmpty()) {
      return List.copyOf(read.problems());
    }
    Map<Document.Key, InForce> inForce = new LinkedHashMap<>();
    for (JsonNode each : DOCUMENTS) {
      for (Document one : (each.equals(document) ? read : read(each)).documents()) {
        inForce.put(one.key(), new InForce(one, 1));
      }
    }
    Compiler compiler = new Compiler(new Accepted(1, 1, inForce), Map.of());
    List<Object> all = new ArrayList<>();
    List<ServiceId> services =
        Stream.of("shop", "away")
            .flatMap(
                namespace ->
                    Stream.of("stock", "orders", "pay").map(n -> new ServiceId(namespace, n)))
            .toList();
    for (ServiceId service : services) {
      all.add(compiler.inbound(service));
      all.add(compiler.principals(service));
      all.add(compiler.externalEndpoints(service));
      for (ServiceId caller : services) {
        for (Map<String, String> labels :
            List.of(Map.<String, String>of(), Map.of("tier", "gold"))) {
          all.add(compiler.names(new Caller(caller, labels)));
          all.add(compiler.config(new Caller(caller, labels), service));
        }
      }
    }
    return all;
  }

  private static DocumentReader.Read read(JsonNode document) {
    return new DocumentReader().read("f", document.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static List<JsonNode> documents() {
    try (MappingIterator<JsonNode> values =
        YAML.readerFor(JsonNode.class)
            .readValues(
                Objects.requireNonNull(
                    EveryFieldTest.class.getResourceAsStream("every-field.yaml")))) {
      return values.readAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
