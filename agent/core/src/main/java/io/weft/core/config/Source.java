package io.weft.core.config;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The document behind a piece of config. Immutable. */
public final class Source {
  /** What rules where no document does. */
  public static final Source BUILT_IN = new Source("", "", "", 0);

  private final String kind;
  private final String namespace;
  private final String name;
  private final long generation;
  // Made when it is first asked for: each traced call names all documents that govern it.
  private @Nullable String text;

  /**
   * @param kind empty for a built-in default
   * @param generation the generation that accepted it
   */
  public Source(String kind, String namespace, String name, long generation) {
    this.kind = kind;
    this.namespace = namespace;
    this.name = name;
    this.generation = generation;
  }

  /** As control sent it. */
  public static Source of(io.weft.api.v1.Source source) {
    return source.getKind().isEmpty()
        ? BUILT_IN
        : new Source(
            source.getKind(), source.getNamespace(), source.getName(), source.getGeneration());
  }

  public String kind() {
    return kind;
  }

  public String namespace() {
    return namespace;
  }

  public String name() {
    return name;
  }

  public long generation() {
    return generation;
  }

  /** Whether a document is behind it. */
  public boolean isDocument() {
    return !kind.isEmpty();
  }

  /** The same as text, with the generation of a document: {@code Kind/namespace/name@7}. */
  public String withGeneration() {
    String made = text;
    if (made == null) {
      made = isDocument() ? this + "@" + generation : toString();
      text = made;
    }
    return made;
  }

  /** {@code Kind/namespace/name}, or {@code mesh} where no document is behind it. */
  @Override
  public String toString() {
    return kind.isEmpty() ? "mesh" : kind + "/" + namespace + "/" + name;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Source source
        && generation == source.generation
        && kind.equals(source.kind)
        && namespace.equals(source.namespace)
        && name.equals(source.name);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, namespace, name, generation);
  }
}
