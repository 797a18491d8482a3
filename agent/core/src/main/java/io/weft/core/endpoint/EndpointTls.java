package io.weft.core.endpoint;

/** Whose TLS a caller speaks with an endpoint. */
public enum EndpointTls {
  /** None: plaintext, whatever the scheme of the caller's URL. */
  NONE,
  /** The mesh's mutual TLS. */
  MESH,
  /** The mesh's mutual TLS by callers that have a certificate, plaintext by others. */
  MESH_PREFERRED,
  /** The application's own, which passes untouched; outside the mesh, made where it makes none. */
  APP
}
