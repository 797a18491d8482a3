package io.weft.control.accept;

import io.weft.control.document.Document;
import io.weft.control.document.Kind;
import io.weft.control.document.Problem;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Whether a document can be in force beside others. */
final class Together {

  private Together() {}

  /** What stands against it; a document of the same key is the one it replaces. */
  static Optional<Problem> conflict(Document document, Collection<Document> others) {
    for (Document other : others) {
      if (!other.key().equals(document.key())) {
        Optional<Problem> problem =
            document.key().kind() == other.key().kind() && document.key().kind().isPolicy()
                ? tie(document, other)
                : name(document, other);
        if (problem.isPresent()) {
          return problem;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Problem> tie(Document document, Document other) {
    boolean beside =
        document.key().kind().hasShadowsBeside() && document.isShadow() != other.isShadow();
    return !document.key().kind().addsUp()
            && !beside
            && document.meets(other)
            && document.scope().ties(other.scope())
        ? Optional.of(
            new Problem(
                document.file(),
                document.line(),
                document.key().kind() == Kind.EGRESS ? "spec.from" : "spec.to",
                document.key()
                    + " ties with "
                    + other.key()
                    + ": both rule the same calls, and neither more exactly"))
        : Optional.empty();
  }

  // Services and what is outside the mesh are called alike.
  private static Optional<Problem> name(Document document, Document other) {
    if (document.key().kind().isPolicy() || other.key().kind().isPolicy()) {
      return Optional.empty();
    }
    boolean same =
        document.key().namespace().equals(other.key().namespace())
            && document.key().name().equals(other.key().name());
    return same
        ? Optional.of(
            new Problem(
                document.file(),
                document.line(),
                "metadata.name",
                document.key() + " would be called as " + other.key() + " is already"))
        : hosts(document, other);
  }

  private static Optional<Problem> hosts(Document document, Document other) {
    List<String> taken = other.spec().texts("hosts");
    return document.spec().texts("hosts").stream()
        .filter(taken::contains)
        .findFirst()
        .map(
            host ->
                new Problem(
                    document.file(),
                    document.line(),
                    "spec.hosts",
                    host + " is a host of " + other.key() + " already"));
  }

  /** All documents but those of given keys. */
  static Optional<Document.Key> parse(String path) {
    String[] parts = path.split("/", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    return Kind.of(parts[0]).map(kind -> new Document.Key(kind, parts[1], parts[2]));
  }
}
