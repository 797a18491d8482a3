package io.weft.core.identity;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * Who is at the other end of a connection, as mutual TLS has proven it. One for each connection,
 * made at its handshake.
 *
 * @param id the SPIFFE ID; empty if nothing is proven
 * @param namespace that of the SPIFFE ID; empty if it names none
 * @param certificates its own first; empty if nothing is proven
 */
public record Peer(String id, String namespace, List<X509Certificate> certificates) {
  /** Of plaintext, or of TLS that is not the mesh's. */
  public static final Peer UNKNOWN = new Peer("", "", List.of());

  /** Whether the mesh's mutual TLS has proven who it is. */
  public boolean proven() {
    return !id.isEmpty();
  }
}
