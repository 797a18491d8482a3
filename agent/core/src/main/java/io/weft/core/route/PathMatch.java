package io.weft.core.route;

/** A condition on the path of a request, without its query. */
sealed interface PathMatch {

  boolean matches(String target, int pathEnd);

  /** The more exactly it says the path, the higher. */
  int rank();

  /** Length of the prefix this condition matched, for a rewrite of that prefix; 0 if it is none. */
  default int prefixLength() {
    return 0;
  }

  /** The very path. */
  record Exact(String path) implements PathMatch {
    @Override
    public boolean matches(String target, int pathEnd) {
      return pathEnd == path.length() && target.startsWith(path);
    }

    @Override
    public String toString() {
      return path;
    }

    @Override
    public int rank() {
      return Integer.MAX_VALUE;
    }
  }

  /**
   * A prefix by whole path elements, as the Gateway API has it: {@code /a} takes {@code /a} and
   * {@code /a/b} but not {@code /ab}.
   *
   * @param path without a slash at its end; empty for every path
   */
  record Prefix(String path) implements PathMatch {
    static Prefix of(String path) {
      return new Prefix(path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }

    @Override
    public boolean matches(String target, int pathEnd) {
      return pathEnd >= path.length()
          && target.startsWith(path)
          && (pathEnd == path.length() || target.charAt(path.length()) == '/');
    }

    @Override
    public int rank() {
      return path.length();
    }

    @Override
    public int prefixLength() {
      return path.length();
    }

    @Override
    public String toString() {
      return path + "/ or below";
    }
  }

  /** An expression that must match the whole path. */
  record Regex(LinearPattern pattern) implements PathMatch {
    @Override
    public boolean matches(String target, int pathEnd) {
      return pattern.matches(target.substring(0, pathEnd));
    }

    @Override
    public String toString() {
      return "like " + pattern;
    }

    @Override
    public int rank() {
      return Integer.MAX_VALUE - 1;
    }
  }
}
