package io.weft.core.route;

/**
 * Another host or path for a request (Gateway API HTTPURLRewriteFilter and HTTPPathModifier).
 *
 * @param host empty to keep it
 */
public record Rewrite(String host, PathChange path) {
  /** Changes nothing. */
  public static final Rewrite NONE = new Rewrite("", PathChange.KEEP);

  /** The authority to send. */
  public String authority(String original) {
    return host.isEmpty() ? original : host;
  }
}
