package io.weft.core.call;

/** The gRPC codes of the mesh's own answers. */
final class Codes {
  static final int DEADLINE_EXCEEDED = 4;
  static final int UNIMPLEMENTED = 12;
  static final int UNAVAILABLE = 14;

  private Codes() {}
}
