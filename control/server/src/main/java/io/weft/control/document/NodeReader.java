package io.weft.control.document;

import io.weft.control.document.Type.Flag;
import io.weft.control.document.Type.GrpcCode;
import io.weft.control.document.Type.Labels;
import io.weft.control.document.Type.Many;
import io.weft.control.document.Type.OneOf;
import io.weft.control.document.Type.Percent;
import io.weft.control.document.Type.Shape;
import io.weft.control.document.Type.Text;
import io.weft.control.document.Type.Time;
import io.weft.control.document.Type.Whole;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Reads the nodes of one document against shapes, and collects what is wrong with them. */
final class NodeReader {

  /** More than any document has, and less than a bomb of aliases. */
  private static final int MOST_NODES = 50_000;

  private static final int MOST_PROBLEMS = 50;

  private final String file;
  private final int firstLine;
  private final List<Problem> problems;
  private int nodes;

  NodeReader(String file, int firstLine, List<Problem> problems) {
    this.file = file;
    this.firstLine = firstLine;
    this.problems = problems;
  }

  boolean clean() {
    return problems.isEmpty();
  }

  void problem(Node node, String field, String message) {
    if (problems.size() < MOST_PROBLEMS) {
      problems.add(new Problem(file, firstLine + node.getStartMark().getLine(), field, message));
    }
  }

  /** The text of a field of the document itself, which must be there. */
  Optional<String> word(Node root, String name) {
    if (!(root instanceof MappingNode)) {
      problem(root, "", "must be a document with apiVersion, kind, metadata and spec");
      return Optional.empty();
    }
    Node node = below(root, name);
    if (node == null) {
      problem(root, name, "is missing");
      return Optional.empty();
    }
    if (node instanceof ScalarNode scalar) {
      return Optional.of(scalar.getValue());
    }
    problem(node, name, "must be text");
    return Optional.empty();
  }

  /**
   * The node at a path such as {@code spec.rules[2].name}, or the nearest above it that is written.
   */
  Node at(Node root, String path) {
    Node node = root;
    for (String step : path.replace("[", ".[").split("\\.")) {
      Node below = below(node, step);
      if (below == null) {
        return node;
      }
      node = below;
    }
    return node;
  }

  private static @Nullable Node below(Node node, String step) {
    if (node instanceof SequenceNode sequence && step.startsWith("[")) {
      int index = Integer.parseInt(step.substring(1, step.length() - 1));
      return index < sequence.getValue().size() ? sequence.getValue().get(index) : null;
    }
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key && key.getValue().equals(step)) {
          return tuple.getValueNode();
        }
      }
    }
    return null;
  }

  Fields fields(Node node, Shape shape, String path) {
    if (!(node instanceof MappingNode mapping)) {
      problem(node, path, "must have " + shape.describe());
      return Fields.NONE;
    }
    Map<String, Object> values = new LinkedHashMap<>();
    Map<String, Node> seen = new LinkedHashMap<>();
    List<String> names = shape.fields().stream().map(Field::name).toList();
    for (NodeTuple tuple : mapping.getValue()) {
      String name = tuple.getKeyNode() instanceof ScalarNode key ? key.getValue() : "";
      String field = path.isEmpty() ? name : path + "." + name;
      if (seen.putIfAbsent(name, tuple.getValueNode()) != null) {
        problem(tuple.getKeyNode(), field, "is written twice");
        continue;
      }
      Optional<Field> known =
          shape.fields().stream().filter(each -> each.name().equals(name)).findFirst();
      if (known.isEmpty()) {
        problem(tuple.getKeyNode(), field, unknown(name, names));
        continue;
      }
      Object value = value(tuple.getValueNode(), known.get().type(), field);
      if (value != null) {
        values.put(name, value);
      }
    }
    missing(mapping, shape, path, seen);
    return new Fields(values);
  }

  private void missing(MappingNode node, Shape shape, String path, Map<String, Node> seen) {
    for (Field field : shape.fields()) {
      if (field.required() && !seen.containsKey(field.name())) {
        problem(
            node,
            path.isEmpty() ? field.name() : path + "." + field.name(),
            "is missing: " + field.type().describe());
      }
    }
    for (List<String> group : shape.oneOf()) {
      List<String> written = group.stream().filter(seen::containsKey).toList();
      if (written.size() > 1) {
        problem(node, path, "may have only one of " + String.join(", ", written));
      }
    }
  }

  private static String unknown(String name, List<String> names) {
    return "unknown field"
        + NearestName.of(name, names).map(near -> ", did you mean " + near + "?").orElse("")
        + "; allowed: "
        + (names.isEmpty() ? "none" : String.join(", ", names));
  }

  // Null where it was wrong, and said so.
  private @Nullable Object value(Node node, Type type, String field) {
    if (++nodes > MOST_NODES) {
      if (nodes == MOST_NODES + 1) {
        problem(node, field, "the document has more than " + MOST_NODES + " values");
      }
      return null;
    }
    if (type instanceof Shape shape) {
      return fields(node, shape, field);
    }
    if (type instanceof Labels) {
      return labels(node, field);
    }
    if (type instanceof Many many) {
      if (!(node instanceof SequenceNode sequence)) {
        problem(node, field, "must be a " + many.describe());
        return null;
      }
      List<Object> elements = new ArrayList<>();
      for (Node each : sequence.getValue()) {
        Object element = value(each, many.element(), field + "[" + elements.size() + "]");
        if (element == null) {
          return null;
        }
        elements.add(element);
      }
      return elements;
    }
    Object scalar = node instanceof ScalarNode written ? scalar(written, type) : null;
    if (scalar == null) {
      problem(node, field, wrong(node, type));
    }
    return scalar;
  }

  private static String wrong(Node node, Type type) {
    String near =
        type instanceof OneOf oneOf && node instanceof ScalarNode written
            ? NearestName.of(written.getValue(), oneOf.allowed())
                .map(name -> "; did you mean " + name + "?")
                .orElse("")
            : "";
    String was = node instanceof ScalarNode written ? shortened(written.getValue()) : "";
    return (was.isEmpty() ? "" : "is " + was + "; ") + "must be " + type.describe() + near;
  }

  private static String shortened(String text) {
    String line = text.replaceAll("\\s+", " ");
    return line.length() > 60 ? line.substring(0, 57) + "..." : line;
  }

  private static @Nullable Object scalar(ScalarNode node, Type type) {
    String text = node.getValue();
    if (type instanceof Text form) {
      boolean isText = node.getTag().equals(Tag.STR) || form.form() != TextForm.ANY;
      boolean isNothing = node.getTag().equals(Tag.NULL);
      return !isNothing && (isText || node.isPlain()) && form.form().fits(text) ? text : null;
    }
    if (type instanceof OneOf oneOf) {
      return oneOf.allowed().contains(text) ? text : null;
    }
    if (type instanceof Flag) {
      return text.equals("true") ? Boolean.TRUE : text.equals("false") ? Boolean.FALSE : null;
    }
    if (type instanceof Time time) {
      return Durations.parse(text)
          .filter(t -> t.compareTo(time.least()) >= 0 && t.compareTo(time.most()) <= 0)
          .orElse(null);
    }
    if (type instanceof Whole whole) {
      Integer number = whole(text);
      return number != null && number >= whole.least() && number <= whole.most() ? number : null;
    }
    if (type instanceof Percent) {
      return percent(text);
    }
    if (type instanceof GrpcCode) {
      int byName = GrpcCode.NAMES.indexOf(text);
      Integer number = byName >= 0 ? Integer.valueOf(byName) : whole(text);
      return number != null && number >= 0 && number < GrpcCode.NAMES.size() ? number : null;
    }
    return null;
  }

  private static @Nullable Integer whole(String text) {
    return text.matches("-?\\d{1,9}") ? Integer.valueOf(text) : null;
  }

  private static @Nullable BigDecimal percent(String text) {
    if (!text.matches("\\d{1,3}(\\.\\d{1,3})?")) {
      return null;
    }
    BigDecimal percent = new BigDecimal(text);
    return percent.compareTo(BigDecimal.valueOf(100)) <= 0 ? percent : null;
  }

  private @Nullable Map<String, String> labels(Node node, String field) {
    if (!(node instanceof MappingNode mapping)) {
      problem(node, field, "must be labels (name: value)");
      return null;
    }
    Map<String, String> labels = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      nodes++;
      if (tuple.getKeyNode() instanceof ScalarNode key
          && tuple.getValueNode() instanceof ScalarNode value
          && !value.getTag().equals(Tag.NULL)) {
        if (labels.put(key.getValue(), value.getValue()) != null) {
          problem(key, field + "." + key.getValue(), "is written twice");
        }
      } else {
        problem(tuple.getKeyNode(), field, "must be labels (name: value)");
        return null;
      }
    }
    return labels;
  }

  /** What {@link Duration} a field was given, for checks between fields. */
  static Duration time(Fields fields, String name) {
    return Duration.ofNanos(fields.nanos(name, Duration.ZERO));
  }
}
