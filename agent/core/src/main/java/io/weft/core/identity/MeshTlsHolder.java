package io.weft.core.identity;

/** The holder behind {@link MeshTls#current}. */
final class MeshTlsHolder {
  static volatile MeshTls current = new NoTls();

  private MeshTlsHolder() {}
}
