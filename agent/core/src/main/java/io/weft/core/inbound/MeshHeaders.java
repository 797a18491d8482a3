package io.weft.core.inbound;

/**
 * Headers that belong to the mesh: a stranger who sends them is not believed, and the application
 * never sees his.
 */
public final class MeshHeaders {
  private static final String PREFIX = "weft-";

  private MeshHeaders() {}

  /** Whether a header, its name in any case, is the mesh's own. */
  public static boolean isMesh(String name) {
    return name.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
  }
}
