package io.weft.core.registry;

/** Whose TLS, if any, a listening port expects from its callers. */
public enum PortTls {
  /** Plaintext. */
  NONE,
  /** Plaintext or the mesh's mutual TLS on the same port, told by the first byte. */
  MESH,
  /** The application's own; it passes through the mesh untouched. */
  APP
}
