package io.weft.control.document;

import java.util.List;
import java.util.regex.Pattern;

/**
 * One mistake in what was written.
 *
 * @param file as it was given to the command, or the key in the store
 * @param line counted from 1; 0 where there is none
 * @param field as {@code spec.conf.attempts}; empty where the mistake is in no field
 * @param message one line; what was written may be quoted in it
 */
public record Problem(String file, int line, String field, String message) {
  private static final Pattern BREAKS = Pattern.compile("[\\p{Cntrl}\\u2028\\u2029]+");

  public Problem {
    field = oneLine(field);
    message = oneLine(message);
  }

  private static String oneLine(String text) {
    return BREAKS.matcher(text).replaceAll(" ");
  }

  /** As compilers say it: {@code file:line: field: message}. */
  @Override
  public String toString() {
    return (file.isEmpty() ? "" : file + ":")
        + (line > 0 ? line + ":" : "")
        + (file.isEmpty() && line <= 0 ? "" : " ")
        + (field.isEmpty() ? "" : field + ": ")
        + message;
  }

  /** Several, a line each. */
  public static String lines(List<Problem> problems) {
    return String.join("\n", problems.stream().map(Problem::toString).toList());
  }
}
