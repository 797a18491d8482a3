package io.weft.core.identity;

import io.weft.api.v1.Svid;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * The mutual TLS of this process: what adapters make connections with and accept them by.
 * Thread-safe; takes no lock on the way of a call.
 */
public interface MeshTls {
  /** The first byte of a TLS connection (RFC 8446, 5.1: a handshake record); of no HTTP one. */
  byte FIRST_BYTE = 0x16;

  /** The longest that a handshake may take before its connection is closed, in milliseconds. */
  int HANDSHAKE_MILLIS = 10_000;

  /** That of this JVM. */
  static MeshTls current() {
    return MeshTlsHolder.current;
  }

  /** Makes one that of this JVM. */
  static void install(MeshTls tls) {
    MeshTlsHolder.current = tls;
  }

  /** Whether there is an identity that is valid now, and roots to check others by. */
  boolean ready();

  /** What is asked of callers. */
  default MutualTlsMode mode() {
    return MutualTlsMode.PERMISSIVE;
  }

  /** What may be told of the identity; an empty message if there is none. */
  default Svid describe() {
    return Svid.getDefaultInstance();
  }

  /** The SPIFFE ID of this process; empty while it has none. Cheap. */
  default String ownId() {
    return "";
  }

  /** Another number after each change of identity, trust or minimum TLS version. */
  int epoch();

  /**
   * An engine for one accepted connection, in server mode, that wants the peer's certificate and
   * chooses the protocol by ALPN: the first of those served that is offered.
   *
   * @param protocols what the plaintext port speaks, in ALPN's names, the best first; none: no ALPN
   * @throws SSLException in one line, if there is no identity
   */
  SSLEngine serverEngine(String... protocols) throws SSLException;

  /**
   * What such an engine is made of, for those who make it by themselves.
   *
   * @throws SSLException in one line, if there is no identity
   */
  TlsMaterial serverMaterial() throws SSLException;

  /**
   * What to make connections to an endpoint with.
   *
   * @param principal the SPIFFE ID of the chosen instance
   * @throws SSLException in one line, if there is no identity or the instance has no principal
   */
  ClientTls client(String principal) throws SSLException;

  /**
   * Who is at the other end of a session that one of the engines, contexts or factories of this
   * process made; {@link Peer#UNKNOWN} of any other.
   */
  Peer peer(SSLSession session);

  /**
   * Why a peer proven at its handshake is no longer to be believed (revoked, root removed,
   * certificate long over), in one line; empty if it still is. Cheap: for every request.
   */
  String disbelief(Peer peer);

  /**
   * Watches over a connection whose peer was proven, for as long as it is open: should that peer no
   * longer be believed, it is ended, whatever is under way on it.
   *
   * @param end ends the connection; must not block
   */
  default Watch watch(Peer peer, Runnable end) {
    return () -> {};
  }

  /** Of an open connection. */
  interface Watch {
    /** The connection is closed. */
    void over();
  }

  /**
   * Whether a connection should end when its present exchange does, as identity, trust or the
   * peer's certificate are no longer what it was made with. Cheap: for every request.
   */
  boolean outdated(Peer peer);
}
