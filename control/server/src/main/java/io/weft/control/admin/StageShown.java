package io.weft.control.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.weft.api.v1.Source;
import io.weft.api.v1.Stage;
import java.util.List;

/**
 * What one policy made of a request, for JSON.
 *
 * @param document {@code Kind/namespace/name}; empty for the mesh's own way
 * @param stops whether the request goes no further
 */
record StageShown(
    String name,
    String says,
    String document,
    long generation,
    String field,
    boolean stops,
    List<Choice> candidates) {
  private static final JsonMapper JSON = new JsonMapper();

  /** What there was to choose from. */
  record Choice(String what, String why, boolean passedOver) {}

  static JsonNode all(List<Stage> stages) {
    return JSON.valueToTree(stages.stream().map(StageShown::of).toList());
  }

  private static StageShown of(Stage stage) {
    Source source = stage.getSource();
    return new StageShown(
        stage.getName(),
        stage.getSays(),
        source.getKind().isEmpty()
            ? ""
            : source.getKind() + "/" + source.getNamespace() + "/" + source.getName(),
        source.getGeneration(),
        stage.getField(),
        stage.getStops(),
        stage.getCandidatesList().stream()
            .map(each -> new Choice(each.getWhat(), each.getWhy(), each.getPassedOver()))
            .toList());
  }
}
