package io.weft.core.config;

/**
 * A service of the mesh; or, with an empty namespace, a host outside of it.
 *
 * @param name printable
 */
public record ServiceKey(String namespace, String name) {

  /** Of a host outside the mesh, as somebody wrote it. */
  static ServiceKey outside(String host) {
    return new ServiceKey("", host.replaceAll("[^\\x21-\\x7e]", "?"));
  }

  /** Whether it is a host outside the mesh. */
  public boolean isOutside() {
    return namespace.isEmpty();
  }

  /** From {@code namespace/name}. */
  static ServiceKey parse(String text) {
    int slash = text.indexOf('/');
    if (slash <= 0 || slash == text.length() - 1) {
      throw new IllegalArgumentException("not the name of a service: " + text);
    }
    return new ServiceKey(text.substring(0, slash), text.substring(slash + 1));
  }

  /** {@code namespace/name}; the name alone of a host outside the mesh. */
  @Override
  public String toString() {
    return isOutside() ? name : namespace + "/" + name;
  }
}
