package io.weft.core.config;

/**
 * The document behind a piece of config.
 *
 * @param kind empty for a built-in default
 * @param generation the generation that accepted it
 */
public record Source(String kind, String namespace, String name, long generation) {
  /** What rules where no document does. */
  public static final Source BUILT_IN = new Source("", "", "", 0);

  /** As control sent it. */
  public static Source of(io.weft.api.v1.Source source) {
    return source.getKind().isEmpty()
        ? BUILT_IN
        : new Source(
            source.getKind(), source.getNamespace(), source.getName(), source.getGeneration());
  }

  /** Whether a document is behind it. */
  public boolean isDocument() {
    return !kind.isEmpty();
  }

  /** The same as text, with the generation of a document: {@code Kind/namespace/name@7}. */
  public String withGeneration() {
    return isDocument() ? this + "@" + generation : toString();
  }

  /** {@code Kind/namespace/name}, or {@code mesh} where no document is behind it. */
  @Override
  public String toString() {
    return kind.isEmpty() ? "mesh" : kind + "/" + namespace + "/" + name;
  }
}
