package io.weft.core.identity;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;

/**
 * Who is at the other end of a connection, as mutual TLS has proven it. One for each connection,
 * made at its handshake. Thread-safe.
 */
public final class Peer {
  /** Of plaintext, or of TLS that is not the mesh's. */
  public static final Peer UNKNOWN = new Peer("", "", List.of(), Long.MAX_VALUE);

  private final String id;
  private final String namespace;
  private final List<X509Certificate> certificates;
  private final long outdatedMillis;
  private final long endMillis;
  private volatile Verdict verdict = new Verdict(-1, "");
  private volatile String certificateHash = "";

  /** What was found at an epoch of trust: empty if it is believed. */
  record Verdict(int epoch, String disbelief) {}

  /**
   * @param outdatedMillis from when on, since 1970, its connection should end when it can
   */
  Peer(String id, String namespace, List<X509Certificate> certificates, long outdatedMillis) {
    this.id = id;
    this.namespace = namespace;
    this.certificates = List.copyOf(certificates);
    this.outdatedMillis = outdatedMillis;
    this.endMillis =
        certificates.isEmpty()
            ? Long.MAX_VALUE
            : certificates.get(0).getNotAfter().toInstant().toEpochMilli();
  }

  /**
   * One that was proven by whoever makes it.
   *
   * @param certificates its own first; none if it was proven by other means
   */
  public static Peer of(SpiffeId id, List<X509Certificate> certificates) {
    return new Peer(id.toString(), id.namespace(), certificates, Long.MAX_VALUE);
  }

  /** The SPIFFE ID; empty if nothing is proven. */
  public String id() {
    return id;
  }

  /** That of the SPIFFE ID; empty if it names none. */
  public String namespace() {
    return namespace;
  }

  /** Its own first; empty if nothing is proven. */
  public List<X509Certificate> certificates() {
    return certificates;
  }

  /** SHA-256 of its own certificate's DER, in hexadecimal; empty if there is none. */
  public String certificateHash() {
    String known = certificateHash;
    if (known.isEmpty() && !certificates.isEmpty()) {
      try {
        known =
            HexFormat.of()
                .formatHex(
                    MessageDigest.getInstance("SHA-256").digest(certificates.get(0).getEncoded()));
      } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
        throw new IllegalStateException(e);
      }
      certificateHash = known;
    }
    return known;
  }

  /** Whether the mesh's mutual TLS has proven who it is. */
  public boolean proven() {
    return !id.isEmpty();
  }

  /** When its certificate ends, in milliseconds since 1970. */
  long endMillis() {
    return endMillis;
  }

  long outdatedMillis() {
    return outdatedMillis;
  }

  Verdict verdict() {
    return verdict;
  }

  void verdict(Verdict found) {
    verdict = found;
  }
}
