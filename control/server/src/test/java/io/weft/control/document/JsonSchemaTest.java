package io.weft.control.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class JsonSchemaTest {
  private static final Path PUBLISHED = Path.of("../../docs/schemas");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final YAMLMapper YAML = new YAMLMapper();

  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7);

  @ParameterizedTest
  @EnumSource
  void what_is_published_of_a_kind_is_what_weft_schema_prints(Kind kind) throws IOException {
    assertThat(JSON.readTree(Files.readString(PUBLISHED.resolve(JsonSchema.file(kind)))))
        .as("docs/schemas is written by: weft schema --all docs/schemas")
        .isEqualTo(JSON.readTree(JsonSchema.of(kind).toString()));
  }

  @Test
  void what_is_published_of_all_is_what_weft_schema_prints() throws IOException {
    assertThat(JSON.readTree(Files.readString(PUBLISHED.resolve("weft.json"))))
        .isEqualTo(JsonSchema.ofAny());
  }

  @ParameterizedTest
  @MethodSource("documents")
  void every_document_that_control_takes_is_valid(JsonNode document) {
    assertThat(errors(document)).as("%s", document).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Timeout      | request: 1s, requets: 1s                | requets
          Timeout      | request: 1                              | request
          Timeout      | request: 1 second                       | request
          Retry        | on: [5xx]                               | attempts
          Retry        | attempts: 21, on: [5xx]                 | attempts
          Retry        | attempts: 2, on: [6xx]                  | on/0
          Retry        | attempts: 2, on: [5xx], idempotentOnly: 1 | idempotentOnly
          Retry        | attempts: 2, on: [5xx], grpcCodes: [GONE] | grpcCodes/0
          Retry        | attempts: 2, on: [5xx], hedge: {delay: 1s, percentile: 95} | hedge
          LoadBalancer | algorithm: FASTEST                      | algorithm
          Fault        | delay: {fixed: 1s, percent: 101}        | delay/percent
          Route        | rules: [{name: A}]                      | rules/0/name
          """)
  void a_mistake_is_marked_where_it_is(String kind, String conf, String place) throws IOException {
    JsonNode document =
        YAML.readTree(
            """
            apiVersion: weft.io/v1
            kind: %s
            metadata: {name: a}
            spec: {to: {service: b}, conf: {%s}}
            """
                .formatted(kind, conf));

    assertThat(errors(document)).anySatisfy(error -> assertThat(error.toString()).contains(place));
  }

  static Stream<JsonNode> documents() throws IOException {
    try (Stream<Path> examples = Files.list(Path.of("../../examples"))) {
      Stream<Path> all =
          Stream.concat(
              examples,
              Stream.of(Path.of("src/test/resources/io/weft/control/compile/every-field.yaml")));
      List<JsonNode> documents = new java.util.ArrayList<>();
      for (Path each : all.sorted().toList()) {
        try (MappingIterator<JsonNode> values =
            YAML.readerFor(JsonNode.class).readValues(each.toFile())) {
          documents.addAll(values.readAll());
        }
      }
      return documents.stream();
    }
  }

  private List<Error> errors(JsonNode document) {
    Kind kind = Kind.of(document.path("kind").asText()).orElseThrow();
    Schema schema = registry.getSchema(JsonSchema.of(kind).toString(), InputFormat.JSON);
    return schema.validate(document.toString(), InputFormat.JSON);
  }
}
