package io.weft.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

/** The shapes an answer can be printed in, as {@code -o} names them. */
enum Output {
  table,
  json,
  yaml;

  /** The whole answer as control gave it; not for {@link #table}. */
  String of(JsonNode answer) {
    try {
      return this == yaml
          ? YAMLMapper.builder()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .build()
              .writeValueAsString(answer)
              .stripTrailing()
          : JsonMapper.builder()
              .build()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(answer);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
