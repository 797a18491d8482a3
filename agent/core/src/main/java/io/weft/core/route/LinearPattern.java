package io.weft.core.route;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A regular expression in RE2's syntax, matched in time linear in its input: no policy and no
 * request can make it run away. Thread-safe.
 */
final class LinearPattern {
  private final Pattern pattern;

  private LinearPattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /**
   * @throws IllegalArgumentException if it is not an expression, saying where
   */
  static LinearPattern of(String expression) {
    try {
      return new LinearPattern(Pattern.compile(expression));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "not a regular expression in RE2's syntax: " + expression + ": " + e.getDescription(), e);
    }
  }

  /** Whether it matches the whole input. */
  boolean matches(String input) {
    return pattern.matches(input);
  }

  @Override
  public String toString() {
    return pattern.pattern();
  }
}
