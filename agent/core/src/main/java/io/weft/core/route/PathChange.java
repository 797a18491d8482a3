package io.weft.core.route;

/** What becomes of a path; its query stays. */
public sealed interface PathChange {
  /** Stays as it is. */
  PathChange KEEP = new Full("");

  /**
   * The new target.
   *
   * @param prefixLength length of the prefix that the rule matched
   */
  String apply(String target, int prefixLength);

  /** Replaced whole; empty to keep it. */
  record Full(String path) implements PathChange {
    @Override
    public String apply(String target, int prefixLength) {
      return path.isEmpty() ? target : path + target.substring(Query.pathEnd(target));
    }
  }

  /** Its matched prefix replaced, with one slash between the new prefix and the rest. */
  record Prefix(String replacement) implements PathChange {
    @Override
    public String apply(String target, int prefixLength) {
      String rest = target.substring(prefixLength);
      String head =
          replacement.endsWith("/")
              ? replacement.substring(0, replacement.length() - 1)
              : replacement;
      String changed = head + rest;
      return changed.startsWith("/") ? changed : "/" + changed;
    }
  }
}
