package io.weft.control.document;

import java.util.Map;

/**
 * One document, valid by itself.
 *
 * @param annotations as written; Weft makes nothing of them
 * @param spec what stands under {@code spec}
 * @param text as it was written
 * @param file where it was read from
 * @param line where it begins in that file, from 1
 */
public record Document(
    Key key,
    Map<String, String> labels,
    Map<String, String> annotations,
    Fields spec,
    String text,
    String file,
    int line) {

  /** Namespace whose documents may rule the whole mesh. */
  public static final String SYSTEM = "weft-system";

  /** What a document is known by. */
  public record Key(Kind kind, String namespace, String name) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byKind = kind.compareTo(other.kind);
      int byNamespace = byKind != 0 ? byKind : namespace.compareTo(other.namespace);
      return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    /** {@code Kind/namespace/name}, as in the store. */
    @Override
    public String toString() {
      return kind.word() + "/" + namespace + "/" + name;
    }
  }

  /** What the policy says, under {@code spec.conf}. */
  public Fields conf() {
    return spec.fields("conf");
  }

  /** Whether it is only to be recorded what it would do. */
  public boolean isShadow() {
    return spec.text("mode").equals("shadow");
  }

  /** Whether callers enforce it. */
  public boolean rulesCallers() {
    return switch (key.kind().side()) {
      case CALLER -> true;
      case EITHER -> !side().equals("callee");
      case CALLEE, NOBODY -> false;
    };
  }

  /** Whether the service that is called enforces it. */
  public boolean rulesCallees() {
    return switch (key.kind().side()) {
      case CALLEE -> true;
      case EITHER -> !side().equals("caller");
      case CALLER, NOBODY -> false;
    };
  }

  private String side() {
    return conf().text("side", key.kind() == Kind.TELEMETRY ? "both" : "caller");
  }

  /** Whether one side enforces both. */
  public boolean meets(Document other) {
    return (rulesCallers() && other.rulesCallers()) || (rulesCallees() && other.rulesCallees());
  }

  /** Whom and what it rules. */
  public Scope scope() {
    return Scope.of(this);
  }
}
