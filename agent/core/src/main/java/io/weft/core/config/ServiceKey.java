package io.weft.core.config;

/** A service of the mesh. */
public record ServiceKey(String namespace, String name) {

  /** From {@code namespace/name}. */
  static ServiceKey parse(String text) {
    int slash = text.indexOf('/');
    if (slash <= 0 || slash == text.length() - 1) {
      throw new IllegalArgumentException("not the name of a service: " + text);
    }
    return new ServiceKey(text.substring(0, slash), text.substring(slash + 1));
  }

  /** {@code namespace/name}. */
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
