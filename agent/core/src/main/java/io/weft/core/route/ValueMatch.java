package io.weft.core.route;

/** A condition on a header or query parameter. */
sealed interface ValueMatch {

  String name();

  boolean accepts(String value);

  /** The very value. */
  record Exact(String name, String value) implements ValueMatch {
    @Override
    public boolean accepts(String candidate) {
      return value.equals(candidate);
    }

    @Override
    public String toString() {
      return name + " is not " + value;
    }
  }

  /** An expression that must match the whole value. */
  record Regex(String name, LinearPattern pattern) implements ValueMatch {
    @Override
    public boolean accepts(String candidate) {
      return pattern.matches(candidate);
    }

    @Override
    public String toString() {
      return name + " is not like " + pattern;
    }
  }
}
