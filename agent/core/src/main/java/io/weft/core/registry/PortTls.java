package io.weft.core.registry;

/** Whose TLS, if any, a listening port expects from its callers. */
public enum PortTls {
  /** Plaintext. */
  NONE,
  /** The application's own; it passes through the mesh untouched. */
  APP
}
