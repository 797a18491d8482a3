package io.weft.core.identity;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Believes who proves a SPIFFE ID, and notes in the session whom. Names of hosts are not asked for:
 * the identity belongs to the instance, at whatever address.
 */
final class PeerTrust extends X509ExtendedTrustManager {
  /** Under which a session keeps its {@link Peer}. */
  static final String PEER = "weft.peer";

  private final PeerCheck check;
  private final String expected;
  private final X509Certificate own;
  private final InstantSource clock;

  /**
   * @param expected whom a server must prove to be; empty for clients' peers, that is, of a server
   * @param own this process's present certificate
   */
  PeerTrust(PeerCheck check, String expected, X509Certificate own, InstantSource clock) {
    this.check = check;
    this.expected = expected;
    this.own = own;
    this.clock = clock;
  }

  /** The peer that a chain proves to be. */
  Peer peer(X509Certificate[] chain) throws CertificateException {
    Instant now = clock.instant();
    SpiffeId id =
        expected.isEmpty() ? check.client(chain, now) : check.server(chain, now, expected);
    return new Peer(
        id.toString(),
        id.namespace(),
        List.of(chain),
        Math.min(outdatedMillis(own, now), outdatedMillis(chain[0], now)));
  }

  /**
   * When a connection that is made now with a certificate should end: well after it should have
   * been renewed, and well before it ends. Where it is that late already, as control is away,
   * connections still live for half of what is left, rather than for one exchange each.
   */
  static long outdatedMillis(X509Certificate leaf, Instant now) {
    long begin = leaf.getNotBefore().toInstant().toEpochMilli();
    long end = leaf.getNotAfter().toInstant().toEpochMilli();
    long late = end - (end - begin) / 5;
    long at = now.toEpochMilli();
    return at < late ? late : at + (end - at) / 2;
  }

  private void check(X509Certificate[] chain, @Nullable SSLSession handshake)
      throws CertificateException {
    Peer peer = peer(chain);
    if (handshake != null) {
      handshake.putValue(PEER, peer);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, engine.getHandshakeSession());
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    check(chain, engine.getHandshakeSession());
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, socket instanceof SSLSocket ssl ? ssl.getHandshakeSession() : null);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    check(chain, socket instanceof SSLSocket ssl ? ssl.getHandshakeSession() : null);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, null);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, null);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
