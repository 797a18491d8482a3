package io.weft.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;

/** What differs between two texts of one document, field by field. */
final class FieldChanges {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final int LONGEST = 100;

  private final List<Change> changes;

  /** A field; null where it is not written. */
  private record Change(String field, @Nullable String before, @Nullable String after) {
    String line(ColorScheme colours) {
      if (before == null) {
        return coloured(colours, "fg(green)", "  + " + field + ": " + shown(after));
      }
      return after == null
          ? coloured(colours, "fg(red)", "  - " + field + ": " + shown(before))
          : coloured(
              colours, "fg(yellow)", "  ~ " + field + ": " + shown(before) + " -> " + shown(after));
    }
  }

  private FieldChanges(List<Change> changes) {
    this.changes = changes;
  }

  /**
   * Between two texts.
   *
   * @param before empty for a document that is not there yet
   * @param after empty for one that is not there any more
   */
  static FieldChanges between(String before, String after) {
    Map<String, String> old = fields(before);
    Map<String, String> fresh = fields(after);
    Set<String> names = new LinkedHashSet<>(old.keySet());
    names.addAll(fresh.keySet());
    List<Change> changes = new ArrayList<>();
    for (String name : names) {
      if (!Objects.equals(old.get(name), fresh.get(name))) {
        changes.add(new Change(name, old.get(name), fresh.get(name)));
      }
    }
    return new FieldChanges(changes);
  }

  /** A line each, marked with {@code +}, {@code -} or {@code ~}. */
  List<String> lines(ColorScheme colours) {
    return changes.isEmpty()
        ? List.of("  only how it is written")
        : changes.stream().map(change -> change.line(colours)).toList();
  }

  /** The same for programs. */
  ArrayNode json() {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (Change change : changes) {
      ObjectNode one = all.addObject();
      one.put("field", change.field());
      one.put("before", change.before());
      one.put("after", change.after());
    }
    return all;
  }

  // Applied as a style, for what is written must not be taken for markup.
  private static String coloured(ColorScheme colours, String style, String text) {
    return colours.apply(text, List.of(Ansi.Style.parse(style))).toString();
  }

  private static String shown(@Nullable String value) {
    String line = String.valueOf(value).replaceAll("\\s*\n\\s*", " ");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }

  private static Map<String, String> fields(String text) {
    Map<String, String> fields = new LinkedHashMap<>();
    if (!text.isEmpty()) {
      try {
        put(YAML.readTree(text), "", fields);
      } catch (JsonProcessingException e) {
        // Control has read it, so that it can only be something that Jackson reads otherwise.
        fields.put("text", text);
      }
    }
    return fields;
  }

  private static void put(JsonNode node, String path, Map<String, String> fields) {
    if (node.isObject() && !node.isEmpty()) {
      node.properties()
          .forEach(
              field ->
                  put(
                      field.getValue(),
                      path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                      fields));
    } else if (node.isArray() && isOfObjects(node)) {
      boolean named = areNamed(node);
      for (int i = 0; i < node.size(); i++) {
        if (named) {
          // Its name stands in the path.
          ObjectNode rest = node.get(i).deepCopy();
          String name = rest.remove("name").asText();
          put(rest, path + "[" + name + "]", fields);
        } else {
          put(node.get(i), path + "[" + i + "]", fields);
        }
      }
    } else {
      fields.put(path, node.isValueNode() ? node.asText() : node.toString().replace("\"", ""));
    }
  }

  private static boolean isOfObjects(JsonNode list) {
    return !list.isEmpty()
        && StreamSupport.stream(list.spliterator(), false).allMatch(JsonNode::isObject);
  }

  // Rules are known by their names, so that one more at the top does not change all others.
  private static boolean areNamed(JsonNode list) {
    Set<String> names = new HashSet<>();
    return StreamSupport.stream(list.spliterator(), false)
        .allMatch(each -> each.path("name").isTextual() && names.add(each.path("name").asText()));
  }
}
