package io.weft.control.compile;

import java.util.Optional;

/** A service's name within its namespace. */
public record ServiceId(String namespace, String name) implements Comparable<ServiceId> {

  /** Reads {@code namespace/name}. */
  public static Optional<ServiceId> parse(String text) {
    int slash = text.indexOf('/');
    return slash <= 0 || slash == text.length() - 1 || text.indexOf('/', slash + 1) >= 0
        ? Optional.empty()
        : Optional.of(new ServiceId(text.substring(0, slash), text.substring(slash + 1)));
  }

  @Override
  public int compareTo(ServiceId other) {
    int byNamespace = namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
