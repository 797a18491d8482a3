package io.weft.control.join;

/** How what a credential names must be written to stand in a SPIFFE ID. */
final class Names {
  /** A namespace, or a service: a label of RFC 1123. */
  static final String LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

  /** A service account, which may be of several labels. */
  static final String PRINCIPAL = "[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?";

  private Names() {}
}
