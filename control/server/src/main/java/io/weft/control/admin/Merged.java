package io.weft.control.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.weft.control.edge.Denial;
import io.weft.control.edge.Edge;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One answer of what all replicas know. */
final class Merged {
  private static final JsonMapper JSON = new JsonMapper();

  private Merged() {}

  /** Agents of all, and which replicas have not told theirs; the rest is alike everywhere. */
  static JsonNode status(View.Status own, List<JsonNode> others) {
    ObjectNode merged = JSON.valueToTree(own);
    ArrayNode agents = merged.withArray("agents");
    Map<String, String> silent = new TreeMap<>(own.replicas());
    silent.remove(own.replica());
    for (JsonNode other : others) {
      other.path("agents").forEach(agents::add);
      silent.remove(other.path("replica").asText());
    }
    merged.set("silent", JSON.<JsonNode>valueToTree(silent));
    return merged;
  }

  static JsonNode edges(List<Edge> own, List<JsonNode> others) {
    return all("edges", own, others);
  }

  static JsonNode denials(List<Denial> own, List<JsonNode> others) {
    return all("denials", own, others);
  }

  // An agent reports to one replica: nothing is counted twice.
  private static JsonNode all(String name, List<?> own, List<JsonNode> others) {
    ObjectNode merged = JSON.createObjectNode();
    ArrayNode all = merged.putArray(name);
    own.forEach(each -> all.add(JSON.<JsonNode>valueToTree(each)));
    others.forEach(other -> other.path(name).forEach(all::add));
    return merged;
  }
}
