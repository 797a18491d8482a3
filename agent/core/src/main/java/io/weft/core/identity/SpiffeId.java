package io.weft.core.identity;

/**
 * The name of a workload, {@code spiffe://<trust domain>/ns/<namespace>/sa/<principal>} in this
 * mesh. Source: SPIFFE-ID, section 2.
 *
 * @param trustDomain lower case
 * @param path with its leading slash
 */
public record SpiffeId(String trustDomain, String path) {
  private static final String SCHEME = "spiffe://";
  private static final int LONGEST = 2_048;

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException in one line, if it is none
   */
  public static SpiffeId parse(String text) {
    if (text.length() > LONGEST || !text.startsWith(SCHEME)) {
      throw new IllegalArgumentException("not a SPIFFE ID: it does not begin with spiffe://");
    }
    int slash = text.indexOf('/', SCHEME.length());
    String domain =
        slash < 0 ? text.substring(SCHEME.length()) : text.substring(SCHEME.length(), slash);
    String path = slash < 0 ? "" : text.substring(slash);
    if (domain.isEmpty()
        || domain.length() > 255
        || !domain.chars().allMatch(SpiffeId::isInDomain)) {
      throw new IllegalArgumentException("not a SPIFFE ID: its trust domain is not [a-z0-9._-]+");
    }
    if (!path.isEmpty()) {
      for (String segment : path.substring(1).split("/", -1)) {
        if (segment.isEmpty()
            || segment.equals(".")
            || segment.equals("..")
            || !segment.chars().allMatch(SpiffeId::isInPath)) {
          throw new IllegalArgumentException(
              "not a SPIFFE ID: a part of its path is empty, dots, or not of [a-zA-Z0-9._-]");
        }
      }
    }
    return new SpiffeId(domain, path);
  }

  /** The namespace of a service of a mesh like this; empty if it is named otherwise. */
  public String namespace() {
    String[] parts = path.split("/", -1);
    return parts.length == 5 && parts[1].equals("ns") && parts[3].equals("sa") ? parts[2] : "";
  }

  /** As in a certificate. */
  @Override
  public String toString() {
    return SCHEME + trustDomain + path;
  }

  private static boolean isInDomain(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  }

  private static boolean isInPath(int c) {
    return isInDomain(c) || (c >= 'A' && c <= 'Z');
  }
}
