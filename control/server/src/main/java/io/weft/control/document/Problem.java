package io.weft.control.document;

import java.util.List;

/**
 * One mistake in what was written.
 *
 * @param file as it was given to the command, or the key in the store
 * @param line counted from 1; 0 where there is none
 * @param field as {@code spec.conf.attempts}; empty where the mistake is in no field
 * @param message one line
 */
public record Problem(String file, int line, String field, String message) {

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
