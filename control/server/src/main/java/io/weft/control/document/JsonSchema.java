package io.weft.control.document;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.List;

/**
 * What documents may hold as JSON Schema, for editors: every document that is accepted is valid,
 * and most that are refused are not. Source: JSON Schema draft 7, the newest that editors of YAML
 * have in common.
 */
public final class JsonSchema {
  private static final String DRAFT = "http://json-schema.org/draft-07/schema#";

  private JsonSchema() {}

  /** Of the documents of one kind. */
  public static ObjectNode of(Kind kind) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.put("$schema", DRAFT).put("title", kind.word()).put("description", kind.about());
    return put(schema, kind.document());
  }

  /** Of documents of any kind; refers to those of {@link #of} as files beside it. */
  public static ObjectNode ofAny() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.put("$schema", DRAFT).put("title", "Weft").put("type", "object");
    schema.putArray("required").add("kind");
    ArrayNode words = schema.putObject("properties").putObject("kind").putArray("enum");
    ArrayNode each = schema.putArray("allOf");
    for (Kind kind : Kind.values()) {
      words.add(kind.word());
      ObjectNode branch = each.addObject();
      branch.putObject("if").putObject("properties").putObject("kind").put("const", kind.word());
      branch.putObject("then").put("$ref", file(kind));
    }
    return schema;
  }

  /** The name under which that of a kind is published. */
  public static String file(Kind kind) {
    return kind.word() + ".json";
  }

  private static ObjectNode put(ObjectNode schema, Shape shape) {
    schema.put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    List<String> required =
        shape.fields().stream().filter(Field::required).map(Field::name).toList();
    for (Field field : shape.fields()) {
      put(properties.putObject(field.name()).put("description", about(field)), field.type());
    }
    if (!required.isEmpty()) {
      required.forEach(schema.putArray("required")::add);
    }
    schema.put("additionalProperties", false);
    if (!shape.oneOf().isEmpty()) {
      ArrayNode not = schema.putObject("not").putArray("anyOf");
      for (List<String> group : shape.oneOf()) {
        for (int i = 1; i < group.size(); i++) {
          for (int j = 0; j < i; j++) {
            not.addObject().putArray("required").add(group.get(j)).add(group.get(i));
          }
        }
      }
    }
    return schema;
  }

  private static String about(Field field) {
    String type = field.type() instanceof Time time ? " A " + time.describe() + "." : "";
    String unwritten =
        field.unwritten().isEmpty() ? "" : " Not written: " + field.unwritten() + ".";
    return field.about() + type + unwritten;
  }

  private static void put(ObjectNode schema, Type type) {
    if (type instanceof Shape shape) {
      put(schema, shape);
    } else if (type instanceof Many many) {
      put(schema.put("type", "array").putObject("items"), many.element());
    } else if (type instanceof Labels) {
      put(schema.put("type", "object").putObject("additionalProperties"), new Text(TextForm.ANY));
    } else if (type instanceof Text text) {
      // What YAML takes for a number is as good a text.
      schema.putArray("type").add("string").add("number").add("boolean");
      text.form().expression().ifPresent(whole -> schema.put("pattern", "^(?:" + whole + ")$"));
    } else if (type instanceof OneOf oneOf) {
      ArrayNode allowed = schema.putArray("enum");
      oneOf.allowed().forEach(allowed::add);
      oneOf.allowed().stream()
          .filter(word -> word.matches("\\d+(\\.\\d+)?"))
          .forEach(number -> allowed.add(new BigDecimal(number)));
    } else if (type instanceof GrpcCode) {
      ArrayNode allowed = schema.putArray("enum");
      GrpcCode.NAMES.forEach(allowed::add);
      for (int code = 0; code < GrpcCode.NAMES.size(); code++) {
        allowed.add(code);
      }
    } else if (type instanceof Whole whole) {
      schema.put("type", "integer").put("minimum", whole.least()).put("maximum", whole.most());
    } else if (type instanceof Percent) {
      schema.put("type", "number").put("minimum", 0).put("maximum", 100);
    } else if (type instanceof Flag) {
      schema.put("type", "boolean");
    } else if (type instanceof Time) {
      schema.put("type", "string").put("pattern", "^" + Durations.EXPRESSION + "$");
    }
  }
}
