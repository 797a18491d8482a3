package io.weft.control.document;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** What a field may hold. */
public sealed interface Type {

  /** For the reference and for error messages: what may be written. */
  String describe();

  /** Text of a certain form. */
  record Text(TextForm form) implements Type {
    @Override
    public String describe() {
      return form.describe();
    }
  }

  /** A whole number within bounds, both included. */
  record Whole(int least, int most) implements Type {
    @Override
    public String describe() {
      return "whole number from " + least + " to " + most;
    }
  }

  /** 0 to 100 with fractions. */
  record Percent() implements Type {
    @Override
    public String describe() {
      return "percentage from 0 to 100";
    }
  }

  /** A length of time within bounds, both included. */
  record Time(Duration least, Duration most) implements Type {
    @Override
    public String describe() {
      return "duration from " + Durations.text(least) + " to " + Durations.text(most);
    }
  }

  /** true or false. */
  record Flag() implements Type {
    @Override
    public String describe() {
      return "true or false";
    }
  }

  /** One of a few words. */
  record OneOf(List<String> allowed) implements Type {
    @Override
    public String describe() {
      return "one of " + String.join(", ", allowed);
    }
  }

  /** A status code of gRPC, by name or number; read as its number. */
  record GrpcCode() implements Type {
    static final List<String> NAMES =
        List.of(
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED");

    @Override
    public String describe() {
      return "gRPC status code, by name such as UNAVAILABLE or by number";
    }
  }

  /** Any number of one type. */
  record Many(Type element) implements Type {
    @Override
    public String describe() {
      return "list of: " + element.describe();
    }
  }

  /** Names with a text each. */
  record Labels() implements Type {
    @Override
    public String describe() {
      return "labels (name: value)";
    }
  }

  /** Fields by name; of those in a {@code oneOf} group at most one is written. */
  record Shape(List<Field> fields, List<List<String>> oneOf) implements Type {

    static Shape of(Field... fields) {
      return new Shape(List.of(fields), List.of());
    }

    Shape oneOf(String... names) {
      return new Shape(fields, Stream.concat(oneOf.stream(), Stream.of(List.of(names))).toList());
    }

    @Override
    public String describe() {
      return "fields " + String.join(", ", fields.stream().map(Field::name).toList());
    }
  }
}
