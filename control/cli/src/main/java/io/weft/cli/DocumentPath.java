package io.weft.cli;

/** What people call documents by, as the admin API wants it: Kind/name or Kind/namespace/name. */
final class DocumentPath {
  private DocumentPath() {}

  /**
   * Begins with a slash; empty for all documents, of any namespace.
   *
   * @param namespace as an option gave it; "" where none did
   */
  static String of(String what, String namespace) {
    String[] parts = what.split("/", -1);
    return switch (parts.length) {
      case 1 -> what.isEmpty() ? "" : "/" + what + slash(namespace);
      case 2 ->
          "/" + parts[0] + "/" + (namespace.isEmpty() ? "default" : namespace) + "/" + parts[1];
      case 3 -> "/" + what;
      default -> throw new Refusal(what + " must be Kind, Kind/name or Kind/namespace/name");
    };
  }

  private static String slash(String namespace) {
    return namespace.isEmpty() ? "" : "/" + namespace;
  }
}
